import { expect, test } from 'bun:test'
import type { HostConfig } from '#config/effective.ts'
import type { BatchResult, CommandResult, RemoteCommand, Ssh } from '#lib/ssh/types.ts'
import { ListingCache } from './listing-cache.ts'
import { Pace } from './pace.ts'
import { readHost } from './read-host.ts'

const DAY = 24 * 3600_000

test('a host without snapshots_changed is asked without it, and after a day whether it has been upgraded', async () => {
  let at = 0
  let isOld = true
  const asked: boolean[] = []
  const answer = ({ id, argv }: RemoteCommand): CommandResult => {
    const line = argv.join(' ')
    if (id === 'clock') return { id, exitCode: 0, stdout: `${1_700_000_000 + at / 1000}\n`, stderr: '' }
    if (line.includes('zpool')) return { id, exitCode: 0, stdout: 'tank\tONLINE\toff\t1000\t900\n', stderr: '' }
    const withIt = line.includes('snapshots_changed')
    asked.push(withIt)
    if (withIt && isOld)
      return { id, exitCode: 2, stdout: '', stderr: "bad property list: invalid property 'snapshots_changed'\n" }
    return { id, exitCode: 1, stdout: '', stderr: "cannot open 'tank/a': dataset does not exist\n" }
  }
  const ssh = {
    batch: async (host: string, commands: readonly RemoteCommand[]): Promise<BatchResult> => ({
      host,
      results: new Map(commands.map((command) => [command.id, answer(command)])),
      fault: null,
      durationMs: 1,
      noise: '',
    }),
  } as unknown as Ssh
  const reader = {
    ssh,
    cache: new ListingCache(),
    pace: new Pace(),
    now: () => at,
    limits: { silenceMs: 1000, timeoutMs: 1000, tries: 1 },
    oldHosts: new Map<string, number>(),
  }
  const host = { id: 'a', zfsCommand: ['zfs'] } as unknown as HostConfig
  const look = async () => {
    asked.length = 0
    await readHost(
      reader,
      host,
      { host: 'a', datasets: [{ name: 'tank/a', recursive: false }] },
      { mode: 'incremental' },
    )
    return [...asked]
  }
  expect(await look()).toEqual([true, false])
  at = DAY / 2
  expect(await look()).toEqual([false])
  at = DAY
  expect(await look()).toEqual([true, false])
  at = 2 * DAY
  isOld = false
  expect(await look()).toEqual([true])
  expect(await look()).toEqual([true])
})
