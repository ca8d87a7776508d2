import { expect, it } from 'vitest'
import { sysctlPage } from './sysctl-page.testkit.ts'

it('docs/sysctl.md is as the table says; otherwise: npm run docs:sysctl', async () => {
  await expect(sysctlPage()).toMatchFileSnapshot('../../docs/sysctl.md')
})
