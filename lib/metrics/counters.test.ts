import { describe, expect, test } from 'bun:test'
import type { RunRecord } from '#lib/db/types.ts'
import { NOW } from '#tests/api/fake-config.ts'
import { fakePlan, fakeRun } from '#tests/api/fake-views.ts'
import { Counters } from './counters.ts'

const begun = (id: number, change: Partial<RunRecord> = {}) =>
  fakeRun(id, { kind: 'REPAIR', datasetId: 'a', state: 'RUNNING', startedAt: NOW, ...change })
const ended = (id: number, change: Partial<RunRecord> = {}) =>
  begun(id, { state: 'SUCCEEDED', finishedAt: NOW + 20_000, ...change })

async function told(counters: Counters, series: string): Promise<number | null> {
  const lines = (await counters.registry.metrics()).split('\n')
  const line = lines.find((each) => each.startsWith(`${series} `))
  return line === undefined ? null : Number(line.slice(series.length + 1))
}

describe('runs', () => {
  test('every result begins at zero', async () => {
    const counters = new Counters()
    expect(await told(counters, 'zwitness_checks_total{result="FAILED"}')).toBe(0)
    expect(await told(counters, 'zwitness_repairs_total{result="BLOCKED",destructive="true"}')).toBe(0)
    expect(await told(counters, 'zwitness_check_duration_seconds_count')).toBe(0)
  })

  test('a run that is reported twice when it has ended is counted once', async () => {
    const counters = new Counters()
    for (const run of [begun(1), ended(1), ended(1)]) counters.news.run(run)
    expect(await told(counters, 'zwitness_repairs_total{result="SUCCEEDED",destructive="false"}')).toBe(1)
    expect(await told(counters, 'zwitness_repair_duration_seconds_sum')).toBe(20)
    expect(counters.lastRepairOf('a')).toBe(NOW + 20_000)
  })

  test('also where hundreds have ended since', async () => {
    const counters = new Counters()
    for (let id = 1; id <= 1000; id++) for (const run of [begun(id), ended(id)]) counters.news.run(run)
    counters.news.run(ended(1000))
    expect(await told(counters, 'zwitness_repairs_total{result="SUCCEEDED",destructive="false"}')).toBe(1000)
  })

  test('a repair that destroys, one that failed, a check', async () => {
    const counters = new Counters()
    const plan = { ...fakePlan('a'), destroys: [{}] } as never
    counters.news.run(begun(1, { plan }))
    counters.news.run(ended(1, { plan, state: 'FAILED' }))
    counters.news.run(begun(2, { kind: 'SCAN', datasetId: null }))
    counters.news.run(ended(2, { kind: 'SCAN', datasetId: null }))
    expect(await told(counters, 'zwitness_repairs_total{result="FAILED",destructive="true"}')).toBe(1)
    expect(await told(counters, 'zwitness_checks_total{result="SUCCEEDED"}')).toBe(1)
    expect(counters.lastRepairOf('a')).toBeNull()
  })

  test('what an earlier process left open is counted, but neither its bytes nor how long it took', async () => {
    const counters = new Counters()
    counters.news.run(ended(1, { state: 'INTERRUPTED', bytes: 1000 }))
    expect(await told(counters, 'zwitness_repairs_total{result="INTERRUPTED",destructive="false"}')).toBe(1)
    expect(await told(counters, 'zwitness_repair_duration_seconds_count')).toBe(0)
    expect(counters.bytesOf('a')).toBe(0)
  })
})

describe('bytes', () => {
  test('each is counted once, over all runs of a dataset', () => {
    const counters = new Counters()
    counters.news.run(begun(1))
    counters.news.progress(begun(1, { bytes: 100 }))
    counters.news.progress(begun(1, { bytes: 250 }))
    counters.news.run(ended(1, { bytes: 300 }))
    counters.news.run(ended(1, { bytes: 300 }))
    counters.news.run(begun(2))
    counters.news.run(ended(2, { bytes: 7 }))
    expect(counters.bytesOf('a')).toBe(307)
  })

  test('what the record says of the time before is not forgotten by what is older', () => {
    const counters = new Counters()
    for (const run of [begun(1), ended(1)]) counters.news.run(run)
    counters.remember(
      new Map([
        ['a', NOW - 1],
        ['b', NOW - 2],
      ]),
    )
    expect([counters.lastRepairOf('a'), counters.lastRepairOf('b')]).toEqual([NOW + 20_000, NOW - 2])
  })
})

describe('ssh', () => {
  test('a host begins with zeros, and goes with the configuration', async () => {
    const counters = new Counters()
    counters.knowHosts(['hqs1'])
    const ok = 'zwitness_ssh_commands_total{host="hqs1",result="ok"}'
    const took = 'zwitness_ssh_command_duration_seconds_sum{host="hqs1",command="batch"}'
    expect([await told(counters, ok), await told(counters, took)]).toEqual([0, 0])
    counters.ssh({ host: 'hqs1', command: 'batch', result: 'ok', seconds: 0.5 })
    counters.knowHosts(['hqs1'])
    expect([await told(counters, ok), await told(counters, took)]).toEqual([1, 0.5])
    counters.retain(
      () => true,
      () => false,
    )
    expect(await counters.registry.metrics()).not.toContain('hqs1')
  })
})
