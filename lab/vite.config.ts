import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { estabAlias } from './estab-alias.ts'
import { offline } from './offline-plugin.ts'

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [svelte(), offline()],
  resolve: { alias: estabAlias() },
  worker: { format: 'es' },
  build: { outDir: '../dist/lab', emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
})
