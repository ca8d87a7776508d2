import { expect } from 'vitest'
import { describeLab, it } from './support/test.ts'

describeLab('the first minute', () => {
  it('opens on the handshake, ready to play', async ({ open }) => {
    const lab = await open()
    await lab.play.waitFor()
    expect(await lab.time()).toBe(0)
    await lab.toEnd()
    expect(await lab.packets.getByRole('option').allTextContents()).toEqual(['x'])
  })
})
