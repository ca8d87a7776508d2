import { defineConfig } from 'vitest/config'
import { estabAlias } from './lab/estab-alias.ts'

export default defineConfig({
  resolve: { alias: estabAlias() },
  test: {
    include: ['{src,cli,bench,test,examples,lab}/**/*.test.ts'],
    exclude: ['test/interop/**', 'test/e2e/**', 'node_modules/**'],
    testTimeout: 60_000,
    setupFiles: ['test/fast-check.setup.ts'],
  },
})
