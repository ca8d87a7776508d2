import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    globalSetup: ['test/interop/support/global-setup.ts'],
    // The tests share the machine's two or so cores with the kernel's side, and measure.
    fileParallelism: false,
    // A process each: setns moves a thread of its own, which worker threads are not to their process's children.
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
  },
})
