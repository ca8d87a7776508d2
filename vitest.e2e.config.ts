import { defineConfig } from 'vitest/config'
import { estabAlias } from './lab/estab-alias.ts'

export default defineConfig({
  resolve: { alias: estabAlias() },
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/support/global-setup.ts'],
    // A browser each, on the machine's two or so cores.
    maxWorkers: 2,
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000, interval: 20 } },
  },
})
