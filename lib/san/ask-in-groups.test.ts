import { describe, expect, test } from 'bun:test'
import type { LookFault } from '#lib/replication/types/inventory.ts'
import type { BatchOptions, BatchResult, CommandResult, RemoteCommand, RemoteFault, Ssh } from '#lib/ssh/types.ts'
import { type AskedGroup, askInGroups, Pace } from './ask-in-groups.ts'

const MINUTE = 60_000
const LIMITS = { silenceMs: MINUTE, timeoutMs: 16 * MINUTE }

const fault = (kind: RemoteFault['kind']): RemoteFault => {
  return { kind, host: 'h', message: `${kind}.`, stderrTail: '', exitCode: null, retryable: true }
}

/** A host on which a listing takes as long as its names do together; time is counted, not waited for. */
class Host {
  readonly sessions: string[][] = []
  readonly #minutes: (name: string) => number
  readonly #missing: ReadonlySet<string>
  lost = false
  /** Those whose listing has no end. */
  floods: ReadonlySet<string> = new Set()

  constructor(minutes: (name: string) => number, missing: readonly string[] = []) {
    this.#minutes = minutes
    this.#missing = new Set(missing)
  }

  readonly ssh: Ssh = {
    batch: async (host: string, commands: readonly RemoteCommand[], options: BatchOptions = {}) => {
      const results = new Map<string, CommandResult>()
      const session: string[] = []
      this.sessions.push(session)
      let durationMs = 0
      const end = (kind: RemoteFault['kind'] | null, running: string | null): BatchResult => {
        return { host, results, fault: kind === null ? null : fault(kind), running, durationMs }
      }
      const run = (command: RemoteCommand): BatchResult | null => {
        const names = command.argv.slice(2)
        session.push(names.join(' '))
        if (this.lost) return end('lost', command.id)
        if (names.some((name) => this.floods.has(name))) return end('too-much-output', command.id)
        const takesMs = names.reduce((sum, name) => sum + this.#minutes(name), 0) * MINUTE
        const givenMs = Math.min(command.limitMs ?? Infinity, (options.timeoutMs ?? Infinity) - durationMs)
        durationMs += Math.min(takesMs, givenMs)
        if (takesMs > givenMs) return end('too-slow', command.id)
        const gone = names.filter((name) => this.#missing.has(name))
        const stderr = gone.map((name) => `cannot open '${name}': dataset does not exist`).join('\n')
        const exitCode = gone.length === 0 ? 0 : 1
        // As zfs does: rows of those that are there, and none where nothing is.
        const there = names.filter((name) => !this.#missing.has(name))
        const stdout = there.length === 0 ? '' : `${there.join(' ')}\n`
        results.set(command.id, { id: command.id, exitCode, stdout, stderr })
        if (exitCode === 0) return null
        for (const next of command.onFailure ?? []) {
          const ended = run(next)
          if (ended !== null) return ended
        }
        return null
      }
      for (const command of commands) {
        const ended = run(command)
        if (ended !== null) return ended
      }
      return end(null, null)
    },
    transfer: () => Promise.reject(new Error('Nothing is transferred here.')),
    configure: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }

  async ask(
    groups: readonly (readonly string[])[],
    pace = new Pace(),
    head: readonly RemoteCommand[] = [],
    reader?: AskedGroup['reader'],
  ) {
    const asked = groups.map((names): AskedGroup => ({ names, argv: (some) => ['zfs', 'list', ...some], reader }))
    const { answers, first } = await askInGroups({
      ssh: this.ssh,
      host: 'h',
      kind: 'k',
      groups: asked,
      head,
      limits: LIMITS,
      pace,
    })
    const by = (test: (answer: (typeof answers)[number]) => boolean) =>
      answers
        .filter(test)
        .flatMap(({ names }) => names)
        .toSorted()
    const faults = answers.flatMap((answer) => ('fault' in answer ? [answer.fault] : []))
    const listed = by((answer) => 'output' in answer)
    return { listed, missing: by((answer) => 'missing' in answer), failed: by((a) => 'fault' in a), faults, first }
  }
}

const slow =
  (...names: readonly string[]) =>
  (name: string) =>
    names.includes(name) ? 1000 : 0.1

describe('a listing in groups', () => {
  test('is one session where nothing is slow', async () => {
    const host = new Host(() => 0.1)
    const { listed, failed } = await host.ask([['a', 'b'], ['c']])
    expect([listed, failed]).toEqual([['a', 'b', 'c'], []])
    expect(host.sessions).toEqual([['a b', 'c']])
  })

  test('one dataset that never ends fails alone, with the setting that ended it; all others are read', async () => {
    const host = new Host(slow('c'))
    const { listed, failed, faults } = await host.ask([['a', 'b', 'c', 'd'], ['e'], ['f', 'g']])
    expect([listed, failed]).toEqual([['a', 'b', 'd', 'e', 'f', 'g'], ['c']])
    expect(faults).toMatchObject([
      {
        host: 'h',
        kind: 'too-slow',
        reason: 'LISTING_TIMED_OUT',
        message: 'listing c alone took longer than the 4 min that it may take',
        setting: { name: 'command_timeout_minutes', now: 16, raised: 32 },
      },
    ])
    expect(host.sessions).toEqual([['a b c d'], ['e', 'f g', 'a b', 'c d'], ['c'], ['d']])
  })

  test('a group that is too large is halved, and the halves are asked for after the others', async () => {
    const host = new Host(() => 0.8)
    const { listed, failed } = await host.ask([['a', 'b', 'c', 'd'], ['e']])
    expect([listed, failed]).toEqual([['a', 'b', 'c', 'd', 'e'], []])
    expect(host.sessions).toEqual([['a b c d'], ['e', 'a b', 'c d']])
  })

  test('what was halved stays so for the next check, until it is answered', async () => {
    const pace = new Pace()
    const host = new Host(slow('a', 'b'))
    await host.ask([['a', 'b', 'c', 'd']], pace)
    const most = pace.toList('h', 'k', ['a', 'b', 'c', 'd', 'e'])
    expect(most.map(({ name, most }) => [name, most])).toEqual(
      expect.arrayContaining([
        ['a', 1],
        ['e', null],
      ]),
    )
    await new Host(() => 0.1).ask([['a'], ['b'], ['c', 'd']], pace)
    expect(pace.toList('h', 'k', ['a', 'b', 'c', 'd']).every(({ most }) => most === null)).toBe(true)
  })

  test('where all of zfs hangs it is given up after two, each an eighth of the time', async () => {
    const host = new Host(() => 1000)
    const groups = Array.from({ length: 40 }, (_, index) => [`a${index}`, `b${index}`])
    const { listed, failed, faults } = await host.ask(groups)
    expect([listed.length, failed.length]).toEqual([0, 80])
    expect(host.sessions.length).toBe(2)
    expect(new Set(faults.map(({ reason }) => reason))).toEqual(new Set(['LISTING_TIMED_OUT']))
    expect(faults.at(-1)?.message).toBe('2 listings in a row did not end in the time that they may take')
  })

  test('all of it takes no longer than the setting says; who had no turn is first at the next check', async () => {
    const pace = new Pace()
    const host = new Host(() => 3)
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const { listed, failed, faults } = await host.ask(
      names.map((name) => [name]),
      pace,
    )
    expect([listed, failed]).toEqual([
      ['a', 'b', 'c', 'd', 'e'],
      ['f', 'g', 'h'],
    ])
    expect(faults[0]?.message).toBe('the listings before it took all of the 16 min that a host may take')
    const next = pace.toList('h', 'k', names)
    expect(next.map(({ name }) => name)).toEqual(['f', 'g', 'h', 'a', 'b', 'c', 'd', 'e'])
    expect(next.every(({ most }) => most === null)).toBe(true)
  })

  test('a command before them that hangs costs none of them', async () => {
    const host = new Host((name) => (name === 'pool' ? 1000 : 0.1))
    const head = [
      { id: 'clock', argv: ['date', '-', 'now'] },
      { id: 'pools', argv: ['zpool', 'list', 'pool'] },
    ]
    const { listed, failed, first } = await host.ask([['a', 'b']], new Pace(), head)
    expect([listed, failed]).toEqual([['a', 'b'], []])
    expect([first.results.has('clock'), first.results.has('pools')]).toEqual([true, false])
  })

  test('in a group that failed for a missing one, the slow one among them fails alone too', async () => {
    // Together they fail at once, as a real zfs does; one by one the second never ends.
    const host = new Host((name) => (name === 'slow' && host.sessions[0]?.[1] === 'a' ? 1000 : 0), ['gone'])
    const { listed, missing, failed, faults } = await host.ask([['a', 'slow', 'b', 'gone']])
    expect({ listed, missing, failed }).toEqual({ listed: ['a', 'b'], missing: ['gone'], failed: ['slow'] })
    expect(faults[0]?.message).toStartWith('listing slow alone')
  })

  test('a link that dies is no slow host', async () => {
    const host = new Host(() => 0.1)
    host.lost = true
    const { faults } = await host.ask([['a', 'b'], ['c']])
    expect(faults.map(({ reason }) => reason)).toEqual(['HOST_UNREACHABLE', 'HOST_UNREACHABLE'])
    expect(host.sessions.length).toBe(1)
  })

  test('one dataset whose listing has no end fails alone; all others are read', async () => {
    const host = new Host(() => 0.1)
    host.floods = new Set(['b'])
    const pace = new Pace()
    const { listed, failed, faults } = await host.ask([['a', 'b', 'c', 'd'], ['e']], pace)
    expect([listed, failed]).toEqual([['a', 'c', 'd', 'e'], ['b']])
    expect(host.sessions).toEqual([['a b c d'], ['e', 'a b'], ['c d', 'a', 'b']])
    expect(faults).toMatchObject([{ kind: 'too-much-output', reason: 'NOT_CHECKED', retryable: false }])
    expect(faults[0]?.message).toStartWith('h answered the listing of b alone with more than a listing can be')
    // The next check begins with it alone.
    expect(pace.toList('h', 'k', ['b'])).toMatchObject([{ most: 1 }])
  })

  test('of whom it is certain before the end that nothing can be read is not asked for again', async () => {
    const host = new Host(() => 0.1)
    host.floods = new Set(['b'])
    const full: LookFault = {
      host: 'h',
      kind: 'too-many-snapshots',
      reason: 'NOT_CHECKED',
      message: 'm',
      retryable: false,
    }
    const reader = (names: readonly string[]) => ({
      push: () => {},
      end: () => {},
      givenUp: () => new Map(names.includes('b') ? [['b', full]] : []),
    })
    const { listed, failed, faults } = await host.ask([['a', 'b', 'c', 'd'], ['e']], new Pace(), [], reader)
    expect([listed, failed, faults]).toEqual([['a', 'c', 'd', 'e'], ['b'], [full]])
    expect(host.sessions).toEqual([['a b c d'], ['e', 'a c d']])
  })

  test('where all answer without end it is given up after a few sessions, whatever there is to ask', async () => {
    const host = new Host(() => 0.1)
    const groups = Array.from({ length: 40 }, (_, index) => [`a${index}`, `b${index}`])
    host.floods = new Set(groups.flat())
    const { listed, failed } = await host.ask(groups)
    expect([listed.length, failed.length, host.sessions.length]).toEqual([0, 80, 9])
  })
})
