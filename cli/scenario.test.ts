import { describe, expect, it } from 'vitest'
import { SCENARIOS } from '../src/scenario/all.ts'
import { both } from '../src/scenario/bilingual.ts'
import type { Scenario } from '../src/scenario/scenario.ts'
import { Stage } from '../src/scenario/stage.ts'
import { displayWidth } from '../src/trace/display-width.ts'
import { estab } from './estab.testkit.ts'
import { type PageOptions, scenarioPage } from './scenario-page.ts'

const BOOK: PageOptions = { columns: 100, language: 'en', ascii: false, color: false, full: false }

const LONG = both('A word, and many more words. '.repeat(8).trim(), '一个字，以及更多的字。'.repeat(12))

const sample: Scenario = {
  name: 'sample',
  number: 1,
  title: both('A sample', '示例'),
  question: both('What is it?', '这是什么？'),
  explanation: LONG,
  lookAt: both('Nothing.', '无。'),
  parts: [
    {
      title: both('Half an opening', '半个开头'),
      play: (stage) => {
        const { client, server } = stage.pair({ client: { isn: [1000] }, link: { delay: 10_000 } })
        stage.run(0.5)
        stage.connect(client, server)
        stage.remark(both('It begins.', '开始。'))
        stage.figure(both('hosts', '主机数'), 2)
        client.freeze()
        stage.figure(both('sizes', '大小'), '1448, '.repeat(20).trim())
        stage.check(true, LONG)
        stage.check(false, both('It is open.', '已经打开。'))
      },
    },
  ],
}

function play(scenario: Scenario): Stage[] {
  return scenario.parts.map((part) => {
    const stage = new Stage()
    part.play(stage)
    return stage
  })
}

function pageOf(scenario: Scenario, options: PageOptions = BOOK): string {
  return scenarioPage(scenario, play(scenario), options)
}

describe('the page of a scenario', () => {
  it('tells everything, and which checks hold', () => {
    const text = pageOf(sample)
    const lines = text.split('\n')
    for (const line of [
      '1. A sample',
      '═══════════',
      'Question: What is it?',
      'What to look at: Nothing.',
      'Half an opening',
      '  0.500 000  It begins.',
      '  hosts  2',
      '  sizes  1448, 1448, 1448, 1448, 1448, 1448, 1448, 1448, 1448, 1448, 1448, 1448, 1448, 1448, 1448,',
      '         1448, 1448, 1448, 1448, 1448,',
      'TCB variables at 0.500 000 s',
      '  end            state      ISS  SND.UNA  SND.NXT  SND.WND  RCV.NXT  RCV.WND',
      '  ✗ It is open.',
    ]) {
      expect(lines).toContain(line)
    }
    expect(text).toMatch(/^ {2}client :\d+ {2}SYN-SENT {2}1000 {5}1000 {5}100[01] {8}- {8}- {8}-$/m)
    expect(text).toMatch(/^ {2}✓ A word, .*\n {4}\S/m)
  })

  it('says the same in Chinese, broken between characters and never before a comma', () => {
    const text = pageOf(sample, { ...BOOK, language: 'zh' })
    for (const words of [
      '问题：这是什么？',
      '半个开头',
      '  0.500 000  开始。',
      '  主机数  2',
      '  大小    1448, ',
      '客户端 :',
      '  ✗ 已经打开。',
    ]) {
      expect(text).toContain(words)
    }
    for (const line of text.split('\n')) expect(line).not.toMatch(/^\s*[，。]/)
  })

  it('is marked in colours, and in plain characters', () => {
    expect(pageOf(sample, { ...BOOK, color: true })).toContain('\x1b[31m✗\x1b[0m It is open.')
    expect(pageOf(sample, { ...BOOK, ascii: true })).not.toMatch(/[✓✗═─│├]/)
  })

  it('shows a long ladder in part, and whole if it is asked for', () => {
    const part = {
      title: both('Many', '许多'),
      play: (stage: Stage) => {
        const { client, server } = stage.pair()
        for (let i = 0; i < 30; i++) stage.connect(client, server)
        stage.run(10)
      },
    }
    const long = { ...sample, parts: [part] }
    const short = pageOf(long).split('\n')
    const whole = pageOf(long, { ...BOOK, full: true }).split('\n')
    const gap = short.findIndex((line) => line.includes('lines left out'))
    expect(short[gap]).toBe(`  · · ·  ${whole.length - short.length + 3} lines left out; --full shows them  · · ·`)
    expect(whole.slice(0, gap - 1)).toEqual(short.slice(0, gap - 1))
    expect(whole.slice(-30)).toEqual(short.slice(-30))
  })

  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    'fits into a book: %s',
    (_name, scenario) => {
      const stages = play(scenario)
      for (const language of ['en', 'zh'] as const) {
        const text = scenarioPage(scenario, stages, { ...BOOK, language })
        expect(text.split('\n').filter((line) => displayWidth(line) > BOOK.columns)).toEqual([])
      }
    },
  )
})

describe('estab scenario', () => {
  it('lists the scenarios', async () => {
    const { code, stdout } = await estab('scenario')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ +1 {2}handshake +The three-way handshake$/m)
    expect(stdout.trim().split('\n')).toHaveLength(SCENARIOS.length)
    expect((await estab('scenario', '--lang', 'zh')).stdout).toMatch(/^ +1 {2}handshake +三次握手$/m)
  })

  it('plays one, in either language', async () => {
    const english = await estab('scenario', 'handshake', '--width', '100')
    expect(english).toMatchObject({ code: 0, stderr: '' })
    expect(english.stdout).toMatch(/^1\. The three-way handshake$/m)
    expect(english.stdout).toMatch(/S 3626544836:3626544836\(0\) win 64240/)
    expect(english.stdout).toMatch(/^ {2}client :\d+ {2}ESTABLISHED {2}3626544836 {2}3626544837 {2}3626544837/m)
    expect(english.stdout).toMatch(/^ {2}✓ Both are ESTABLISHED after the third segment\.$/m)
    const chinese = await estab('scenario', '1', '--width', '100', '--lang', 'zh')
    expect(chinese).toMatchObject({ code: 0, stderr: '' })
    expect(chinese.stdout).toMatch(/^1\. 三次握手$/m)
    expect(chinese.stdout).toMatch(/^ {2}服务器 :80 +ESTABLISHED {2}1739326486/m)
    expect(chinese.stdout).toMatch(/^ {2}✓ 三个报文段就足够了。$/m)
  })

  it('knows what it has not', async () => {
    const { code, stderr } = await estab('scenario', 'nonsense')
    expect(code).toBe(1)
    expect(stderr).toBe('estab: there is no scenario nonsense: `estab scenario` lists them\n')
  })
})
