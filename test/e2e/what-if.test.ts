import { expect } from 'vitest'
import { APP_WORDS } from '../../lab/src/words/app.ts'
import { COMPARE_WORDS } from '../../lab/src/words/compare.ts'
import { LADDER_WORDS } from '../../lab/src/words/ladder.ts'
import { STORY_WORDS } from '../../lab/src/words/story.ts'
import { WHATIF_WORDS } from '../../lab/src/words/whatif.ts'
import type { LabPage } from './support/lab-page.ts'
import { describeLab, it } from './support/test.ts'

const SECOND = 1_000_000
const LAST_ACK = /^ACK from client to server, sent at 1\.120 s/
/** Its time, seconds, is caught. */
const SECOND_FIN = /^FIN,ACK from server to client, sent at ([\d.]+) s, retransmission/

/** To the end of the four-way close, where it invites to lose the last ACK, and to that ACK under way. */
async function toLastAck(lab: LabPage): Promise<void> {
  await lab.toEnd()
  await lab.page.getByRole('button', { name: STORY_WORDS.en.point }).click()
  await lab.packet(LAST_ACK).filter({ hasText: LADDER_WORDS.en.flying }).waitFor({ state: 'attached' })
}

/** When the client's TIME-WAIT ends, microseconds: the last change of a state in the run. */
async function endOfTimeWait(lab: LabPage): Promise<number> {
  await lab.toEnd()
  await lab.press('[')
  await lab.settled()
  expect(await lab.head('client').textContent()).not.toContain('TIME-WAIT')
  return lab.time()
}

/** When the server sends its FIN again, microseconds. The run is shown at its end then. */
async function timeOfSecondFin(lab: LabPage): Promise<number> {
  await lab.toEnd()
  const fin = lab.packet(SECOND_FIN)
  await fin.waitFor({ state: 'attached' })
  const [, seconds] = SECOND_FIN.exec((await fin.textContent())?.trim() ?? '') ?? []
  return Math.round(Number(seconds) * SECOND)
}

describeLab('what if', () => {
  it('the last ACK is lost, dragged aside: FIN comes again, and TIME-WAIT begins anew', async ({ open }) => {
    const lab = await open({ hash: 'scenario=close&part=0' })
    const before = await endOfTimeWait(lab)
    await toLastAck(lab)
    await lab.drag(lab.packet(LAST_ACK))
    await lab.page.getByRole('status').filter({ hasText: 'ACK' }).first().waitFor()
    await lab.packet(LAST_ACK).filter({ hasText: LADDER_WORDS.en.touched }).waitFor({ state: 'attached' })

    // The server, which waits in vain, sends its FIN again.
    const again = await timeOfSecondFin(lab)
    await lab.press('Home')
    await lab.stepTo(again)
    expect(await lab.time()).toBe(again)
    expect(await lab.head('server').textContent()).toContain('LAST-ACK')
    expect(await lab.head('client').textContent()).toContain(LADDER_WORDS.en.timerRuns('time-wait', '59.8 s'))
    // TIME-WAIT answers it when it comes, and begins anew.
    await lab.stepTo(again + 1)
    expect(await lab.head('client').textContent()).toContain(LADDER_WORDS.en.timerRuns('time-wait', '60.0 s'))
    const after = await endOfTimeWait(lab)
    expect(after - before).toBeGreaterThan(0.1 * SECOND)
    expect(after - again).toBeGreaterThanOrEqual(60 * SECOND)
  })

  it('a change keeps the old future beside: both are shown, what differs is told, and either can go on', async ({
    open,
  }) => {
    const lab = await open({ hash: 'scenario=close&part=0' })
    await toLastAck(lab)
    const without = await lab.hash()
    await lab.press('f', 'l')
    const futures = lab.page.getByRole('region', { name: COMPARE_WORDS.en.title })
    await futures.waitFor()
    await lab.toEnd()
    // They stand side by side.
    for (const name of [LADDER_WORDS.en.before, LADDER_WORDS.en.after]) {
      expect(await lab.page.getByRole('region', { name, exact: true }).isVisible()).toBe(true)
    }
    const lists = lab.page.getByRole('listbox', { name: LADDER_WORDS.en.packets })
    const seconds = lists.getByRole('option').filter({ hasText: SECOND_FIN })
    await expect.poll(() => seconds.count()).toBe(1)
    expect(await lists.count()).toBe(2)
    await futures.getByRole('button', { name: COMPARE_WORDS.en.details }).click()
    const row = futures.getByRole('row').filter({ hasText: COMPARE_WORDS.en.with }).last()
    expect(await row.getByRole('cell').allTextContents()).toEqual(['9', '1', '1', expect.stringContaining(' s')])

    const changed = await lab.hash()
    expect(changed).not.toBe(without)
    await futures.getByRole('button', { name: COMPARE_WORDS.en.swap }).click()
    await expect.poll(() => lab.hash()).toBe(without)
    await futures.getByRole('button', { name: COMPARE_WORDS.en.close }).click()
    await expect.poll(() => lists.count()).toBe(1)
    await lab.page.getByRole('banner').getByRole('button', { name: APP_WORDS.en.undo }).click()
    await expect.poll(() => lab.hash()).toBe(changed)
  })

  it('is undone and done again; its address leads another window to the same state', async ({ open }) => {
    const lab = await open({ hash: 'scenario=close&part=0' })
    await lab.toEnd()
    await toLastAck(lab)
    await lab.press('l')
    await lab.page.getByRole('button', { name: WHATIF_WORDS.en.keepBoth }).waitFor()
    const changed = await lab.hash()
    const again = await timeOfSecondFin(lab)
    await lab.press('Home')
    await lab.stepTo(again)
    const [time, lost] = [await lab.time(), await lab.stateHash()]

    const banner = lab.page.getByRole('banner')
    await banner.getByRole('button', { name: APP_WORDS.en.undo }).click()
    await expect.poll(() => lab.stateHash()).not.toBe(lost)
    expect(await lab.hash()).toBe('scenario=close&part=0')
    await banner.getByRole('button', { name: APP_WORDS.en.redo }).click()
    await expect.poll(() => lab.stateHash()).toBe(lost)
    expect(await lab.time()).toBe(time)

    const other = await open({ hash: `${changed}&at=${time}`, language: 'zh' })
    expect(await other.time()).toBe(time)
    expect(await other.stateHash()).toBe(lost)
  })

  it.for([
    { on: 'ArrowRight', back: 'ArrowLeft', steps: 8 },
    { on: ']', back: '[', steps: 3 },
  ])('$on, and $back as often, arrive at the same state', async ({ on, back, steps }, { open }) => {
    const lab = await open({ hash: 'scenario=acknowledgment&part=2' })
    const there: string[] = []
    for (let i = 0; i < steps; i += 1) {
      there.push(`${await lab.time()} ${await lab.stateHash()}`)
      await lab.press(on)
    }
    const returned: string[] = []
    for (let i = 0; i < steps; i += 1) {
      await lab.press(back)
      returned.push(`${await lab.time()} ${await lab.stateHash()}`)
    }
    expect(returned).toEqual(there.reverse())
    expect(new Set(returned.map((each) => each.split(' ')[1])).size).toBeGreaterThan(steps / 2)
  })
})
