import { APP_WORDS } from '../../../lab/src/words/app.ts'
import { BREAKPOINT_WORDS } from '../../../lab/src/words/compare.ts'
import { HANDS_WORDS } from '../../../lab/src/words/hands.ts'
import { LADDER_WORDS, laneName } from '../../../lab/src/words/ladder.ts'
import { SANDBOX_WORDS } from '../../../lab/src/words/sandbox.ts'
import { STORY_WORDS } from '../../../lab/src/words/story.ts'
import type { LabPage } from './lab-page.ts'

/** A main view of the lab: how to get there from a page that was just opened on the handshake. */
export interface View {
  readonly name: string
  readonly show: (lab: LabPage) => Promise<void>
}

/** Selects the last packet of a play that has been looked at to its end. */
async function lastPacket(lab: LabPage, scenario: string, part = 0): Promise<void> {
  await lab.go(scenario, part)
  await lab.toEnd()
  await lab.packets.focus()
  await lab.press('k')
  await lab.packets.getByRole('option', { selected: true }).waitFor({ state: 'attached' })
}

async function panel(lab: LabPage, entry: 'openSandbox' | 'openCapture' | 'openLive'): Promise<void> {
  await lab.press('/')
  await lab.page.getByRole('dialog').getByRole('button', { name: STORY_WORDS[lab.language][entry] }).click()
  await lab.page.getByRole('dialog', { name: STORY_WORDS[lab.language].chapters }).waitFor({ state: 'hidden' })
}

export const VIEWS: readonly View[] = [
  { name: 'start', show: async () => {} },
  {
    name: 'revealed',
    show: async (lab) => {
      await lab.press(' ')
      await lab.toEnd()
    },
  },
  { name: 'packet', show: (lab) => lastPacket(lab, 'time-wait') },
  {
    name: 'data',
    show: async (lab) => {
      await lab.go('http')
      await lab.toEnd()
      await lab.packets.focus()
      await lab.press('j', 'j', 'j', 'j')
    },
  },
  {
    name: 'host',
    show: async (lab) => {
      await lab.go('acknowledgment', 2)
      await lab.stepTo(100_000)
      await lab.head(laneName('client', lab.language)).click()
    },
  },
  {
    name: 'states',
    show: async (lab) => {
      await lab.go('close')
      await lab.toEnd()
      await lab.press('s')
    },
  },
  {
    name: 'charts',
    show: async (lab) => {
      await lab.go('slow', 1)
      await lab.toEnd()
      await lab.press('c')
      await lab.page.locator('.uplot').first().waitFor()
    },
  },
  { name: 'figures', show: (lab) => lab.go('slow', 6) },
  {
    name: 'flood',
    show: async (lab) => {
      await lab.go('syn-flood')
      await lab.toEnd()
    },
  },
  {
    name: 'compare',
    show: async (lab) => {
      await lab.go('close')
      await lab.toEnd()
      await lab.page.getByRole('button', { name: STORY_WORDS[lab.language].lose }).click()
      await lab.page.getByRole('region', { name: LADDER_WORDS[lab.language].before, exact: true }).waitFor()
      await lab.toEnd()
    },
  },
  {
    name: 'packet-menu',
    show: async (lab) => {
      await lastPacket(lab, 'time-wait')
      await lab.press('m')
      await lab.page.getByRole('menu').waitFor()
    },
  },
  {
    name: 'machine-menu',
    show: async (lab) => {
      await lab.go('acknowledgment')
      await lab.stepTo(100_000)
      await lab.head(laneName('server', lab.language)).click({ button: 'right' })
      await lab.page.getByRole('menu').waitFor()
    },
  },
  {
    name: 'forge',
    show: async (lab) => {
      await lab.go('acknowledgment')
      await lab.stepTo(100_000)
      await lab.head(laneName('server', lab.language)).click({ button: 'right' })
      await lab.page.getByRole('menuitem', { name: HANDS_WORDS[lab.language].forge }).click()
      await lab.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'breakpoints',
    show: async (lab) => {
      await lab.page.getByRole('button', { name: BREAKPOINT_WORDS[lab.language].button }).click()
      await lab.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'chapters',
    show: async (lab) => {
      await lab.press('/')
      await lab.page.getByRole('dialog', { name: STORY_WORDS[lab.language].chapters }).waitFor()
    },
  },
  {
    name: 'search',
    show: async (lab) => {
      await lab.press('/')
      await lab.page.getByRole('searchbox', { name: STORY_WORDS[lab.language].search }).fill('TIME')
      await lab.page.getByRole('dialog').getByRole('listitem').first().waitFor()
    },
  },
  {
    name: 'go-to',
    show: async (lab) => {
      await lab.press('g')
      await lab.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'help',
    show: async (lab) => {
      await lab.press('?')
      await lab.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'legend',
    show: async (lab) => {
      await lab.toEnd()
      await lab.page.getByText(LADDER_WORDS[lab.language].legend, { exact: true }).click()
    },
  },
  {
    name: 'sandbox',
    show: async (lab) => {
      await panel(lab, 'openSandbox')
      await lab.page.getByRole('heading', { level: 1, name: SANDBOX_WORDS[lab.language].title }).waitFor()
    },
  },
  { name: 'open', show: (lab) => panel(lab, 'openCapture') },
  { name: 'live', show: (lab) => panel(lab, 'openLive') },
  {
    name: 'save',
    show: async (lab) => {
      await lab.page.getByRole('banner').getByRole('button', { name: APP_WORDS[lab.language].save }).click()
      await lab.page.getByRole('dialog').waitFor()
    },
  },
]
