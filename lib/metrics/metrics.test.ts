import { describe, expect, test } from 'bun:test'
import type { HostConfig } from '#config/effective.ts'
import type { DatasetView, Maintenance } from '#lib/engine/types.ts'
import { fakeConfig, NOW } from '#tests/api/fake-config.ts'
import { HOSTS } from '#tests/api/fake-engine.ts'
import { fakeInventory, fakeRun, fakeView } from '#tests/api/fake-views.ts'
import { Counters } from './counters.ts'
import { createMetrics } from './metrics.ts'
import type { MetricSources } from './sources.ts'

const PAUSE: Maintenance = {
  id: 1,
  kind: 'pause',
  scope: { kind: 'scheduler' },
  from: NOW,
  until: null,
  by: 'anna',
  reason: null,
  madeAt: NOW,
  endedAt: null,
  endedBy: null,
  noted: 'in force',
  stage: 'in force',
  about: 'the scheduler',
  concerns: [],
}

const ABOUT = { version: '1.2.3', commit: null, bun: '1.4.5', startedAt: NOW - 60_000 }

interface Given {
  readonly views?: readonly DatasetView[]
  readonly sources?: MetricSources
  readonly counters?: Counters
  readonly change?: Parameters<typeof fakeConfig>[0]
}

/** A witness of which tests say what it sees. */
function witness(given: Given = {}) {
  const world = {
    views: given.views ?? [fakeView('a')],
    config: fakeConfig(given.change),
    now: NOW,
    lastReloadWorked: true,
    paused: false,
    repaired: new Map<string, number>(),
  }
  const counters = given.counters ?? new Counters()
  const metrics = createMetrics({
    counters,
    config: () => world.config,
    configuration: {
      missing: false,
      get lastReloadWorked() {
        return world.lastReloadWorked
      },
      state: async () => ({ inSync: true }),
    },
    engine: {
      datasets: () => world.views,
      seen: (id) => (id === 'a' ? fakeInventory('a') : null),
      hosts: () => HOSTS,
      schedulerPause: () => (world.paused ? PAUSE : null),
      activeRuns: () => [fakeRun(1), fakeRun(2, { state: 'RUNNING', kind: 'REPAIR' })],
    },
    events: { clients: () => 3 },
    store: { sizeBytes: async () => 4096, lastRepairs: async () => world.repaired },
    about: ABOUT,
    lastTickAt: () => null,
    sources: given.sources ?? {},
    now: () => world.now,
  })
  /** Every series with its value, as if nobody had asked before. */
  const read = async (): Promise<ReadonlyMap<string, number>> => {
    world.now += 2000
    const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    const series = lines.map((line): [string, number] => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    })
    expect(new Set(series.map(([name]) => name)).size).toBe(series.length)
    return new Map(series)
  }
  return { world, counters, metrics, read }
}

const FULL = 'dataset="a",primary="hqs10",backup="hqs7"'

describe('of a dataset', () => {
  test('all five statuses are there, one of them is 1', async () => {
    const series = await witness({ views: [fakeView('a', { health: 'BROKEN' })] }).read()
    const values = ['HEALTHY', 'WARNING', 'BROKEN', 'REPAIRING', 'UNKNOWN'].map((status) =>
      series.get(`zwitness_dataset_status{${FULL},status="${status}"}`),
    )
    expect(values).toEqual([0, 0, 1, 0, 0])
  })

  const JUDGED = Math.floor((NOW - 40_000) / 1000)
  test.each([
    ['nothing is missing', 0, { snapshots: 0, bytes: null }, 0],
    ['something is missing from this moment on', 0, { snapshots: 1, bytes: null }, JUDGED],
    ['it counts on from the check', 7200, { snapshots: 3, bytes: null }, JUDGED - 7200],
    ['counted on, although nobody knows how many', 7200, null, JUDGED - 7200],
    ['pruned on the primary, and still behind', 7200, { snapshots: 0, bytes: null }, JUDGED - 7200],
    ['not known', null, null, undefined],
  ])('behind since: %s', async (_, delaySeconds, behind, since) => {
    const view = fakeView('a')
    const verdict = { ...view.verdict, delaySeconds, behind }
    const series = await witness({ views: [{ ...view, verdict }] }).read()
    expect(series.get(`zwitness_dataset_behind_since_timestamp_seconds{${FULL}}`)).toBe(since as number)
  })

  test('what is not known has no series', async () => {
    const names = [...(await witness({ views: [fakeView('b', { delaySeconds: null })] }).read()).keys()]
    expect(names.filter((name) => name.includes('dataset="b"') && name.includes('snapshots{'))).toEqual([])
    expect(names.filter((name) => name.includes('last_check'))).toEqual([])
  })

  test('both sides are counted', async () => {
    const series = await witness().read()
    expect(series.get('zwitness_dataset_snapshots{dataset="a",side="primary"}')).toBe(3)
    expect(series.get('zwitness_dataset_snapshots{dataset="a",side="backup"}')).toBe(3)
  })

  test('one that is gone from the configuration is gone here, with all that was counted of it', async () => {
    const { world, counters, read } = witness({ views: [fakeView('a'), fakeView('b')] })
    counters.news.run(fakeRun(5, { kind: 'REPAIR', datasetId: 'b', state: 'RUNNING', startedAt: NOW }))
    counters.news.progress(fakeRun(5, { kind: 'REPAIR', datasetId: 'b', state: 'RUNNING', bytes: 500 }))
    const moved = 'zwitness_transfer_bytes_total{dataset="b",primary="hqs10",backup="hqs7"}'
    expect((await read()).get(moved)).toBe(500)
    world.views = [fakeView('a')]
    expect([...(await read()).keys()].filter((name) => name.includes('dataset="b"'))).toEqual([])
    world.views = [fakeView('a'), fakeView('b')]
    expect((await read()).get(moved)).toBe(0)
  })

  test('foreign text stays within its label', async () => {
    const hostile = 'x"} 1\nzwitness_build_info{a="\\'
    const series = await witness({ views: [fakeView(hostile)] }).read()
    const label = 'x\\"} 1\\nzwitness_build_info{a=\\"\\\\'
    expect(series.get(`zwitness_dataset_paused{dataset="${label}"}`)).toBe(0)
    expect([...series.keys()].filter((name) => name.startsWith('zwitness_build_info')).length).toBe(1)
  })

  test('a child that is retired takes its series with it, and counts nowhere', async () => {
    const view = fakeView('a')
    const state = { verdict: view.verdict, memory: {} } as DatasetView['state']
    const checked = 'zwitness_dataset_last_check_timestamp_seconds{dataset="a"}'
    expect((await witness({ views: [{ ...view, state }] }).read()).get(checked)).toBe((NOW - 40_000) / 1000)
    const retired = { ...view, state, dataset: { ...view.dataset, retired: true } }
    const series = await witness({ views: [retired, fakeView('b')] }).read()
    expect([...series.keys()].filter((name) => name.includes('dataset="a"'))).toEqual([])
    expect([...series.keys()].filter((name) => name.includes('dataset="b"')).length).toBeGreaterThan(5)
  })

  test('a transfer has its last byte only while it is under way', async () => {
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
    const activeRun = fakeRun(9, { kind: 'REPAIR', state: 'RUNNING', startedAt: NOW - 60_000, progress })
    const series = await witness({ views: [fakeView('a', { change: { activeRun } }), fakeView('b')] }).read()
    expect(series.get('zwitness_transfer_bytes_remaining{dataset="a"}')).toBe(60)
    expect(series.get('zwitness_transfer_last_byte_timestamp_seconds{dataset="a"}')).toBe((NOW - 5000) / 1000)
    expect(series.has('zwitness_transfer_last_byte_timestamp_seconds{dataset="b"}')).toBe(false)
    const silent = { ...activeRun, progress: { ...progress, lastByteAt: null, bytesTotal: null } }
    const begun = await witness({ views: [fakeView('a', { change: { activeRun: silent } })] }).read()
    expect(begun.get('zwitness_transfer_last_byte_timestamp_seconds{dataset="a"}')).toBe((NOW - 60_000) / 1000)
    expect(begun.has('zwitness_transfer_bytes_remaining{dataset="a"}')).toBe(false)
  })
})

describe('of a SAN', () => {
  test('up, planned offline, the connection, and its pools', async () => {
    const { world, read } = witness()
    const hosts = new Map(world.config.hosts)
    const windows = [{ start: 0, end: 60 }]
    const backup = hosts.get('hqs7') as HostConfig
    hosts.set('hqs7', { ...backup, online: { kind: 'hours', text: 'Mon 00:00-01:00', windows } })
    world.config = { ...world.config, hosts }
    const series = await read()
    const of = (name: string, id: string, role: string) => series.get(`${name}{host="${id}",role="${role}"}`)
    expect(of('zwitness_host_up', 'hqs10', 'PRIMARY')).toBe(1)
    expect(of('zwitness_host_up', 'hqs7', 'BACKUP')).toBe(0)
    expect(of('zwitness_host_planned_offline', 'hqs10', 'PRIMARY')).toBe(0)
    expect(of('zwitness_host_planned_offline', 'hqs7', 'BACKUP')).toBe(1)
    expect(series.get('zwitness_host_ssh_connect_seconds{host="hqs10"}')).toBe(0.012)
    expect(series.get('zwitness_pool_free_bytes{host="hqs10",pool="hqs10p1"}')).toBe(2 ** 42)
    expect(series.get('zwitness_pool_health{host="hqs10",pool="hqs10p1",state="ONLINE"}')).toBe(1)
    expect(series.get('zwitness_pool_health{host="hqs10",pool="hqs10p1",state="OTHER"}')).toBe(0)
  })
})

describe('of the witness', () => {
  test('the schedule has ticked at its start at the latest, and nothing is said where it is off', async () => {
    const { world, read } = witness()
    const tick = 'zwitness_scheduler_last_tick_timestamp_seconds'
    expect((await read()).get(tick)).toBe(ABOUT.startedAt / 1000)
    world.config = { ...world.config, scheduler: { ...world.config.scheduler, enabled: false } }
    expect((await read()).has(tick)).toBe(false)
  })

  test('somebody has paused the scheduler', async () => {
    const { world, read } = witness()
    expect((await read()).get('zwitness_scheduler_paused')).toBe(0)
    world.paused = true
    expect((await read()).get('zwitness_scheduler_paused')).toBe(1)
  })

  test('a reload that was refused', async () => {
    const { world, read } = witness()
    expect((await read()).get('zwitness_config_last_reload_successful')).toBe(1)
    world.lastReloadWorked = false
    expect((await read()).get('zwitness_config_last_reload_successful')).toBe(0)
  })

  test('runs, watchers, the size of the database', async () => {
    const series = await witness().read()
    expect(series.get('zwitness_runs_queued{kind="SCAN"}')).toBe(1)
    expect(series.get('zwitness_runs_active{kind="REPAIR"}')).toBe(1)
    expect(series.get('zwitness_runs_active{kind="CHECK"}')).toBe(0)
    expect(series.get('zwitness_events_clients')).toBe(3)
    expect(series.get('zwitness_db_size_bytes')).toBe(4096)
  })

  test('what other rooms tell; without them there is no such metric', async () => {
    const sources: MetricSources = {
      notifications: () => [{ channel: 'mail "ops"', result: 'sent', count: 2 }],
      lastDeadmanPingAt: () => NOW,
      lastBackupAt: () => null,
    }
    const series = await witness({ sources }).read()
    expect(series.get('zwitness_notifications_total{channel="mail \\"ops\\"",result="sent"}')).toBe(2)
    expect(series.get('zwitness_deadman_last_ping_timestamp_seconds')).toBe(NOW / 1000)
    expect(series.has('zwitness_db_last_backup_timestamp_seconds')).toBe(false)
    const text = await witness().metrics.text()
    for (const name of ['notifications', 'deadman', 'last_backup']) expect(text).not.toContain(name)
  })

  test('whoever asks within a second shares one answer', async () => {
    const { world, metrics } = witness()
    const first = await metrics.text()
    world.views = []
    expect(await metrics.text()).toBe(first)
    world.now += 1000
    expect(await metrics.text()).not.toBe(first)
  })
})
