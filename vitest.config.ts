import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,cli,bench,test,examples}/**/*.test.ts'],
    exclude: ['test/interop/**', 'node_modules/**'],
    testTimeout: 60_000,
    setupFiles: ['test/fast-check.setup.ts'],
  },
})
