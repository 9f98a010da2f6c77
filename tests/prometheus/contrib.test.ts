import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { parse } from 'yaml'
import type { DatasetView } from '#lib/engine/types.ts'
import { Counters } from '#lib/metrics/counters.ts'
import { createMetrics } from '#lib/metrics/metrics.ts'
import { fakeConfig, NOW } from '#tests/api/fake-config.ts'
import { fakeEngine } from '#tests/api/fake-engine.ts'
import { fakeRun, fakeView } from '#tests/api/fake-views.ts'
import { board, namesIn, rules, sent } from './expressions.ts'
import { contrib, run } from './programs.ts'

setDefaultTimeout(600_000)

describe('the rules', () => {
  test('promtool takes them, and every case of theirs holds', async () => {
    const { code, said } = await run(
      ['promtool', 'test', 'rules', 'rules.test.yml'],
      `${import.meta.dir}/../../contrib/prometheus`,
    )
    expect(`${code} ${said}`).toMatch(/^0 [\s\S]*SUCCESS/)
  })

  test('each has a case in which it fires and one in which it does not', () => {
    const { tests } = parse(contrib('prometheus/rules.test.yml')) as {
      tests: readonly { alert_rule_test: readonly { alertname: string; exp_alerts?: readonly unknown[] }[] }[]
    }
    const cases = tests.flatMap((each) => each.alert_rule_test)
    const fires = (name: string, wanted: boolean) =>
      cases.some(({ alertname, exp_alerts = [] }) => alertname === name && exp_alerts.length > 0 === wanted)
    expect(rules().length).toBeGreaterThan(8)
    for (const { alert } of rules())
      expect([alert, fires(alert, true), fires(alert, false)]).toEqual([alert, true, true])
  })

  test('each waits before it fires: one bad scrape is nothing', () => {
    expect(rules().filter((rule) => rule.for === undefined)).toEqual([])
  })
})

test('the sample configurations are what their programs take', async () => {
  const prometheus = await run(['promtool', 'check', 'config', '--syntax-only', 'prometheus/prometheus.yml'])
  expect(`${prometheus.code} ${prometheus.said}`).toMatch(/^0 [\s\S]*SUCCESS/)
  const manager = await run(['amtool', 'check-config', 'prometheus/alertmanager.yml'])
  expect(`${manager.code} ${manager.said}`).toMatch(/^0 [\s\S]*SUCCESS/)
})

test('what /metrics says is well formed, by its names and types too', async () => {
  const file = `${process.env.TMPDIR ?? '/tmp'}/zw-metrics-${process.pid}.txt`
  await Bun.write(file, await everything())
  const { code, said } = await run(['sh', '-c', 'promtool check metrics <"$1"', 'sh', file])
  await Bun.file(file).delete()
  expect([code, said]).toEqual([0, ''])
})

describe('every name in rules and board is there', () => {
  test('metrics, the labels that are asked of them, and the labels that are joined by', async () => {
    const text = await everything()
    const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    const labelsOf = new Map<string, Set<string>>()
    for (const line of series) {
      const [, metric = '', labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? []
      const known = labelsOf.get(metric) ?? new Set(['instance', 'job'])
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
      labelsOf.set(metric, known)
    }
    const panels = board().panels.flatMap((panel) => panel.targets)
    const variables = board().templating.list.flatMap(({ definition }) => definition ?? [])
    const named = namesIn(
      [...rules().map(({ expr }) => expr), ...panels.map(({ expr }) => sent(expr)), ...variables],
      [...rules().map(({ annotations }) => annotations.summary), ...panels.map(({ legendFormat }) => legendFormat)],
    )
    expect([...named.metrics].filter((metric) => !labelsOf.has(metric))).toEqual([])
    expect(named.metrics.size).toBeGreaterThan(20)
    const missing = [...named.asked].filter((each) => {
      const [metric = '', label = ''] = each.split(' ')
      return labelsOf.get(metric)?.has(label) !== true
    })
    expect(missing).toEqual([])
    const all = new Set([...labelsOf.values()].flatMap((labels) => [...labels]))
    expect([...named.labels].filter((label) => !all.has(label))).toEqual([])
  })

  test('a name that is not there would be found', () => {
    const { metrics, asked, labels } = namesIn(
      ['sum by (pool) (zwitness_no_such{hosts=~".*"}) > on (a) group_left (b) 1'],
      ['{{ $labels.c }} {{.Labels.d}} {{e}}'],
    )
    expect([[...metrics], [...asked], [...labels]]).toEqual([
      ['zwitness_no_such'],
      ['zwitness_no_such hosts'],
      ['pool', 'a', 'b', 'c', 'd', 'e'],
    ])
  })
})

test('the board: no two panels in one place or of one number, and a legend for every query', () => {
  const { panels, uid, title } = board()
  expect([uid, title]).toEqual(['zwitness', 'zwitness'])
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([])
  for (const { targets, title: panel } of panels)
    expect([panel, new Set(targets.map(({ refId }) => refId)).size]).toEqual([panel, targets.length])
})

/** A witness of which every metric has a series: something is known of everything, and a transfer is under way. */
function everything(): Promise<string> {
  const view = fakeView('hq10-7.L1S4DAT1')
  const progress = {
    phase: 'transferring' as const,
    stepIndex: 1,
    stepCount: 3,
    bytesDone: 40,
    bytesTotal: 100,
    totalIsEstimate: true,
    bytesPerSecond: null,
    etaSeconds: null,
    lastByteAt: NOW - 5000,
  }
  const verdict = { ...view.verdict, behind: { snapshots: 2, bytes: 4096 } }
  const moving: DatasetView = {
    ...view,
    verdict,
    activeRun: fakeRun(9, { kind: 'REPAIR', state: 'RUNNING', startedAt: NOW - 60_000, progress }),
    state: { verdict, memory: {} } as DatasetView['state'],
  }
  const engine = fakeEngine()
  engine.views = [moving]
  return createMetrics({
    counters: new Counters(),
    config: fakeConfig,
    configuration: { missing: false, lastReloadWorked: true, state: async () => ({ inSync: true }) },
    engine,
    events: { clients: () => 0 },
    store: { sizeBytes: async () => 1, lastRepairs: async () => new Map([['hq10-7.L1S4DAT1', NOW]]) },
    about: { version: '1', commit: 'c', bun: '1', startedAt: NOW },
    lastTickAt: () => NOW,
    sources: {
      notifications: () => [{ channel: 'mail', result: 'sent', count: 0 }],
      lastDeadmanPingAt: () => NOW,
      lastBackupAt: () => NOW,
    },
    now: () => NOW,
  }).text()
}
