import { describe, expect, test } from 'bun:test'
import type { HostConfig } from '#config/effective.ts'
import type { BatchResult, CommandResult, RemoteCommand, Ssh } from '#lib/ssh/types.ts'
import { Pace } from './ask-in-groups.ts'
import { ListingCache } from './listing-cache.ts'
import { type HostReader, readHost } from './read-host.ts'

const DAY = 24 * 3600_000
const HOST = { id: 'a', zfsCommand: ['zfs'] } as unknown as HostConfig

function readerOf(answer: (command: RemoteCommand) => CommandResult, now: () => number): HostReader {
  const ssh = {
    batch: async (host: string, commands: readonly RemoteCommand[]): Promise<BatchResult> => ({
      host,
      results: new Map(commands.map((command) => [command.id, answer(command)])),
      fault: null,
      durationMs: 1,
      noise: '',
    }),
  } as unknown as Ssh
  const limits = { silenceMs: 1000, timeoutMs: 1000, tries: 1 }
  return { ssh, cache: new ListingCache(), pace: new Pace(), now, limits, oldHosts: new Map() }
}

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
  const reader = readerOf(answer, () => at)
  const look = async () => {
    asked.length = 0
    await readHost(
      reader,
      HOST,
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

describe('a line of a listing that cannot be read', () => {
  const CELLS: Readonly<Record<string, string>> = {
    type: 'filesystem',
    guid: '77',
    createtxg: '10',
    creation: '1700000000',
    origin: '-',
    snapshots_changed: '-',
    receive_resume_token: '-',
    readonly: 'off',
    mounted: 'no',
    encryption: 'off',
    encryptionroot: '-',
    keystatus: '-',
  }
  const TREE = ['tank/t', 'tank/t/a', 'tank/t/b', 'tank/t/b/c']

  /** The states in which a listing leaves the tree, recursive or by name, after `spoil` has had each of its lines. */
  async function statesOf(spoil: (line: string, name: string) => string, recursive: boolean): Promise<string[]> {
    const answer = ({ id, argv }: RemoteCommand): CommandResult => {
      const done = (stdout: string): CommandResult => ({ id, exitCode: 0, stdout, stderr: '' })
      if (id === 'clock') return done('1700000000\n')
      if (argv[0] === 'zpool') return done('tank\tONLINE\toff\t1000\t900\n')
      if (argv.includes('snapshot,bookmark')) return done('')
      const columns = (argv[argv.indexOf('-o') + 1] ?? '').split(',')
      const names = argv.includes('-r') ? TREE : argv.filter((word) => word.startsWith('tank'))
      const line = (name: string) => columns.map((each) => (each === 'name' ? name : (CELLS[each] ?? '24'))).join('\t')
      return done(names.map((name) => spoil(`${line(name)}\n`, name)).join(''))
    }
    const asked = recursive ? [{ name: 'tank/t', recursive }] : TREE.map((name) => ({ name, recursive }))
    const want = { host: 'a', datasets: asked }
    const reading = await readHost(
      readerOf(answer, () => 0),
      HOST,
      want,
      { mode: 'fresh' },
    )
    if (!reading.reached) throw new Error('It was reached.')
    return TREE.map((name) => reading.sides.get(name)?.state ?? 'not named')
  }
  const present = ['present', 'present', 'present', 'present']
  const spoiled = (of: string, to: (line: string) => string) => (line: string, name: string) =>
    name === of ? to(line) : line

  for (const recursive of [true, false]) {
    const how = recursive ? 'of a tree' : 'of many'
    test.each([
      ['nothing', spoiled('', (line) => line), present],
      ['a cell', spoiled('tank/t/a', (line) => line.replace('77', 'x')), present.with(1, 'unknown')],
      [
        'the number of columns',
        spoiled('tank/t/b', (line) => line.replace('\n', '\tmore\n')),
        present.with(2, 'unknown'),
      ],
      ['one that comes twice', spoiled('tank/t/b/c', (line) => line + line), present.with(3, 'unknown')],
      ['the first', spoiled('tank/t', (line) => line.replace('77', 'x')), present.with(0, 'unknown')],
    ])(`${how}, %s: its own dataset alone is not known`, async (_, spoil, wanted) => {
      expect(await statesOf(spoil, recursive)).toEqual([...wanted])
    })
  }

  test('that is nobody’s: of none it can be told whether it is missing', async () => {
    const nobodys = spoiled('tank/t/a', () => 'what is this?\n')
    expect(await statesOf(nobodys, false)).toEqual(['unknown', 'unknown', 'unknown', 'unknown'])
    expect(await statesOf(nobodys, true)).toEqual(['unknown', 'not named', 'not named', 'not named'])
  })

  test('that was cut off: nothing in the listing counts', async () => {
    const cut = spoiled('tank/t/b/c', (line) => line.slice(0, 9))
    expect(await statesOf(cut, false)).toEqual(['unknown', 'unknown', 'unknown', 'unknown'])
  })
})
