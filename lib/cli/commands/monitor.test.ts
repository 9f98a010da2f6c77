import { describe, expect, test } from 'bun:test'
import type { MonitorView } from '../answers.ts'
import { main } from '../main.ts'
import { readLocal, readPlugin } from '../monitor/plugin-format.ts'
import { fakeIo, noLoaders, runCommand } from '../testing/command-line.ts'
import { problem } from '../testing/service.ts'

type Dataset = MonitorView['datasets'][number]
const HOUR = 3600

const good: Dataset = {
  id: 'hqs8-hqs1.A',
  name: 'A',
  pair: 'HQS8 → HQS1',
  primary: 'hqs8',
  backup: 'hqs1',
  status: 'HEALTHY',
  health: 'HEALTHY',
  reason: { code: 'UP_TO_DATE', message: 'hqs1 has the newest snapshot.' },
  silenced: null,
  delaySeconds: 0,
  warnDelaySeconds: 36 * HOUR,
  maxDelaySeconds: 72 * HOUR,
  retired: false,
  stale: false,
  checkedAt: '2026-11-22T13:48:00Z',
  newestCommonAt: '2026-11-22T12:00:00Z',
  backupSnapshots: 30,
  oldestBackupAt: '2026-10-23T14:00:00Z',
}
const warned: Dataset = {
  ...good,
  id: 'hqs8-hqs1.B',
  status: 'WARNING',
  health: 'WARNING',
  reason: { code: 'LAGGING', message: 'hqs1 is 40 h behind.' },
  delaySeconds: 40 * HOUR,
}
const broken: Dataset = {
  ...good,
  id: 'hqs10-hqs7.C',
  pair: 'HQS10 → HQS7',
  primary: 'hqs10',
  backup: 'hqs7',
  status: 'BROKEN',
  health: 'BROKEN',
  reason: { code: 'NO_COMMON_SNAPSHOT', message: 'Nothing is in common.' },
  delaySeconds: 26 * 24 * HOUR,
  newestCommonAt: null,
}
const stale: Dataset = {
  ...good,
  id: 'hqs8-hqs1.S',
  status: 'UNKNOWN',
  health: 'UNKNOWN',
  reason: { code: 'STALE_CHECK', message: 'The last check is 3 h old.' },
  stale: true,
}

/** A child of a recursive mapping that is gone on the primary: its parent tells of it. */
const retired: Dataset = {
  ...good,
  id: 'hqs8-hqs1.R',
  reason: { code: 'RETIRED', message: 'hqs8p1/R is gone on hqs8.' },
  retired: true,
  delaySeconds: null,
  newestCommonAt: null,
  backupSnapshots: null,
  oldestBackupAt: null,
}

const host = { reachable: true, plannedOffline: false, checkedAt: '2026-11-22T13:48:00Z', error: null }

function view(datasets: readonly Dataset[], change: Partial<MonitorView> = {}) {
  const hosts = ['hqs8', 'hqs1', 'hqs10', 'hqs7'].map((id) => ({ ...host, id }))
  const body = { datasets: [...datasets], hosts, asOf: '2026-11-22T14:00:00Z', ...change }
  return { answers: { 'GET /api/monitor': { status: 200, body } } }
}

/** The plugin's output, read as Nagios would. */
async function asked(line: readonly string[], options: Parameters<typeof runCommand>[1]) {
  const { exit, stdout, stderr } = await runCommand(['monitor', ...line], options)
  expect(stderr).toBe('')
  return { ...readPlugin(stdout, exit), exit, stdout }
}

describe('state', () => {
  test('OK', async () => {
    const { state, text, further, figures } = await asked([], view([good]))
    expect([state, text]).toEqual(['OK', 'hqs8-hqs1.A: HEALTHY hqs1 has the newest snapshot.'])
    expect(further).toEqual([])
    expect(figures[0]).toEqual({ label: 'delay', value: 0, unit: 's', warn: '129600', critical: '259200' })
  })

  test('WARNING', async () => {
    const { state, text, further } = await asked([], view([good, warned]))
    expect([state, text]).toEqual(['WARNING', '1 warning, 1 ok of 2 datasets (worst hqs8-hqs1.B: 40 h behind)'])
    expect(further).toEqual(['hqs8-hqs1.B WARNING: WARNING hqs1 is 40 h behind.'])
  })

  test('CRITICAL, one line for each further problem, worst first, and figures of all', async () => {
    const { state, text, further, figures } = await asked([], view([good, warned, stale, broken]))
    expect([state, text]).toEqual([
      'CRITICAL',
      '1 critical, 1 unknown, 1 warning, 1 ok of 4 datasets (worst hqs10-hqs7.C: 26 d behind)',
    ])
    expect(further.map((line) => line.split(':')[0])).toEqual([
      'hqs10-hqs7.C CRITICAL',
      'hqs8-hqs1.S UNKNOWN',
      'hqs8-hqs1.B WARNING',
    ])
    expect(figures.map(({ label, value }) => `${label}=${value}`)).toEqual([
      'delay=2246400',
      'critical=1',
      'unknown=1',
      'warning=1',
      'silenced=0',
      'datasets=4',
    ])
  })

  test('a result that is too old is UNKNOWN', async () => {
    expect((await asked([], view([stale]))).state).toBe('UNKNOWN')
    expect((await asked([], view([good, stale, warned]))).state).toBe('UNKNOWN')
  })

  test('what is acknowledged or paused is told and rings nowhere', async () => {
    const { state, further, figures } = await asked([], view([good, { ...broken, silenced: 'ACKNOWLEDGED' }]))
    expect(state).toBe('OK')
    expect(further).toEqual(['hqs10-hqs7.C OK: BROKEN Nothing is in common. (acknowledged)'])
    expect(figures.find(({ label }) => label === 'silenced')?.value).toBe(1)
  })

  test('-w and -c judge the delay besides what the witness says', async () => {
    expect((await asked(['-w', '24h', '-c', '30h'], view([good, warned]))).state).toBe('CRITICAL')
    expect((await asked(['-w', '24h', '-c', '72h'], view([good, warned]))).state).toBe('WARNING')
    // A looser limit makes nothing better.
    expect((await asked(['-w', '100d', '-c', '200d'], view([broken]))).state).toBe('CRITICAL')
    const { figures } = await asked(['-w', '24h', '-c', '2d'], view([good]))
    expect(figures[0]).toMatchObject({ warn: '86400', critical: '172800' })
  })

  test.each(['state', 'newest', 'oldest', 'count'])(
    '%s: what is gone on the primary is asked for no more',
    async (check) => {
      const { state, stdout, figures } = await asked(['--check', check], view([good, warned, retired]))
      expect(state).toBe(check === 'state' ? 'WARNING' : 'OK')
      expect(stdout).not.toContain(retired.id)
      expect(figures.find(({ label }) => label === 'datasets')?.value).toBe(2)
      // Whoever names it is told what became of it.
      const named = await asked(['--check', check, retired.id], view([good, retired]))
      expect([named.state, named.text]).toEqual(['OK', 'hqs8-hqs1.R: HEALTHY hqs8p1/R is gone on hqs8.'])
      expect((await asked(['--check', check], view([retired]))).state).toBe('UNKNOWN')
    },
  )

  test('hundreds of problems are some lines and a count', async () => {
    const many = Array.from({ length: 300 }, (_, n) => ({ ...broken, id: `x.${n}` }))
    const { further } = await asked([], view(many))
    expect([further.length, further.at(-1)]).toEqual([26, 'and 275 more'])
  })

  test('as many as are read, however long they are', async () => {
    const message = 'Ω'.repeat(500)
    const many = Array.from({ length: 30 }, (_, n) => ({
      ...broken,
      id: `x.${n}`,
      reason: { ...broken.reason, message },
    }))
    const { further } = await asked([], view(many))
    expect(further.length).toBeLessThan(20)
    expect(further.at(-1)).toBe(`and ${30 - (further.length - 1)} more`)
  })

  test('names and sentences of a SAN stay text', async () => {
    const hostile = {
      ...warned,
      id: "a|b=1;2\n'c",
      reason: { ...warned.reason, message: `x | y=1\nOK - fine \u001b[31m` },
    }
    const { state, further, figures } = await asked([], view([hostile, good]))
    expect(state).toBe('WARNING')
    expect(further).toEqual(["a/b=1;2 'c WARNING: WARNING x / y=1 OK - fine"])
    expect(figures.length).toBe(6)
  })
})

describe('which datasets', () => {
  test('by id, by pair', async () => {
    const all = view([good, warned, broken])
    expect((await asked(['hqs8-hqs1.A'], all)).state).toBe('OK')
    expect((await asked(['hqs8-hqs1.A', 'hqs8-hqs1.B'], all)).state).toBe('WARNING')
    expect((await asked(['--pair', 'HQS10 → HQS7'], all)).state).toBe('CRITICAL')
    expect((await asked(['--pair', 'HQS8 → HQS1'], all)).state).toBe('WARNING')
  })

  test.each([
    ['a name that is not there', ['hqs8-hqs1.AA'], 'The witness has no dataset hqs8-hqs1.AA.'],
    ['a pair that is not there', ['--pair', 'x'], 'The witness has no dataset of a pair x.'],
    ['both', ['hqs8-hqs1.A', '--pair', 'x'], 'Name datasets, or give --pair, not both.'],
  ])('%s is UNKNOWN', async (_, line, message) => {
    const { state, text } = await asked(line, view([good]))
    expect([state, text]).toEqual(['UNKNOWN', message])
  })

  test('none at all is not all of them well', async () => {
    expect((await asked([], view([]))).text).toBe('The witness watches no dataset.')
  })
})

describe('the other checks', () => {
  test.each([
    ['count', [], good, 'OK', 30],
    ['count', ['-w', '31', '-c', '5'], good, 'WARNING', 30],
    ['count', ['-w', '10', '-c', '31'], good, 'CRITICAL', 30],
    ['count', ['-w', '10:20'], good, 'WARNING', 30],
    ['count', [], { ...good, backupSnapshots: 0 }, 'CRITICAL', 0],
    ['count', [], { ...good, backupSnapshots: null }, 'UNKNOWN', null],
    ['count', [], stale, 'UNKNOWN', 30],
    ['newest', [], good, 'OK', 2 * HOUR],
    ['newest', ['-w', '1h', '-c', '3h'], good, 'WARNING', 2 * HOUR],
    ['newest', ['-w', '1h', '-c', '90m'], good, 'CRITICAL', 2 * HOUR],
    ['newest', [], broken, 'CRITICAL', null],
    ['newest', ['-c', '1h'], stale, 'UNKNOWN', 2 * HOUR],
    ['oldest', [], good, 'OK', 30 * 24 * HOUR],
    ['oldest', ['-w', '31d', '-c', '7d'], good, 'WARNING', 30 * 24 * HOUR],
    ['oldest', ['-w', '60d', '-c', '31d'], good, 'CRITICAL', 30 * 24 * HOUR],
    ['oldest', [':20d'].flatMap((range) => ['-w', range]), good, 'WARNING', 30 * 24 * HOUR],
  ] as const)('%s %p is %s', async (check, line, dataset, state, value) => {
    const seen = await asked(['--check', check, ...line], view([dataset as Dataset]))
    expect([seen.state, seen.figures[0]?.value]).toEqual([state, value])
  })

  test('one that is silenced rings for none of them', async () => {
    const seen = await asked(['--check', 'count', '-c', '31'], view([{ ...good, silenced: 'PAUSED' }]))
    expect([seen.state, seen.text]).toEqual(['OK', 'hqs8-hqs1.A: hqs1 holds 30 snapshots. (paused)'])
  })

  test('the least of several is the figure where more is better', async () => {
    const { figures } = await asked(
      ['--check', 'count', '-w', '20'],
      view([good, { ...good, id: 'y', backupSnapshots: 4 }]),
    )
    expect(figures[0]).toMatchObject({ label: 'snapshots', value: 4, warn: '20:' })
  })

  test.each([
    ['all answer', {}, 'OK'],
    ['one does not', { reachable: false, error: 'It timed out.' }, 'CRITICAL'],
    ['one is off as planned', { reachable: false, plannedOffline: true, error: 'It timed out.' }, 'OK'],
    ['one was never asked', { reachable: null }, 'UNKNOWN'],
  ])('alive: %s', async (_, change, state) => {
    const hosts = ['hqs8', 'hqs1'].map((id) => ({ ...host, id, ...(id === 'hqs1' ? change : {}) }))
    const seen = await asked(['--check', 'alive'], view([good], { hosts }))
    expect(seen.state).toBe(state as 'OK')
    expect(seen.figures.at(-1)).toMatchObject({ label: 'hosts', value: 2 })
  })

  test('alive: only the SANs of what was asked for', async () => {
    const hosts = [
      { ...host, id: 'hqs8' },
      { ...host, id: 'hqs1' },
      { ...host, id: 'hqs10', reachable: false },
    ]
    expect((await asked(['--check', 'alive', 'hqs8-hqs1.A'], view([good, broken], { hosts }))).state).toBe('OK')
    expect((await asked(['--check', 'alive'], view([good, broken], { hosts }))).state).toBe('CRITICAL')
  })
})

describe('whatever goes wrong is UNKNOWN, on stdout, and ends with 3', () => {
  test.each([
    ['an option that there is not', ['--warn', '5']],
    ['an option of another command', ['--watch']],
    ['a threshold that is none', ['-w', 'soon']],
    ['a threshold upside down', ['--check', 'count', '-w', '9:3']],
    ['a threshold with two colons', ['-w', '1:2:3']],
    ['a check that there is not', ['--check', 'mood']],
    ['a format that there is not', ['--format', 'xml']],
    ['thresholds for what has none', ['--check', 'alive', '-w', '3']],
    ['a time-out that is none', ['-t', 'x']],
  ])('%s', async (_, line) => {
    expect((await asked(line, view([good]))).state).toBe('UNKNOWN')
  })

  test('no service', async () => {
    const io = fakeIo()
    const data = `${import.meta.dir}/no-such-directory`
    const exit = await main(['monitor', '--data-dir', data], io, {
      loaders: noLoaders,
      fetch: () => Promise.reject(new Error('?')),
    })
    const { state, text } = readPlugin(io.written.stdout, exit)
    expect(state).toBe('UNKNOWN')
    expect(text).toStartWith('Nothing is known of the replication: no service runs in /')
  })

  test('a service that cannot be reached, refuses, or is another program', async () => {
    const io = fakeIo({ env: { ZWITNESS_URL: 'http://witness.test' } })
    const exit = await main(['monitor'], io, { loaders: noLoaders, fetch: () => Promise.reject(new Error('gone')) })
    expect(readPlugin(io.written.stdout, exit).state).toBe('UNKNOWN')
    const refused = { answers: { 'GET /api/monitor': problem(401, 'NOT_AUTHENTICATED', 'Sign in, or send a token.') } }
    expect((await asked([], refused)).text).toBe('Sign in, or send a token.')
    expect((await asked([], { answers: { 'GET /api/monitor': { status: 200, body: {} } } })).state).toBe('UNKNOWN')
  })

  test('--help and --version', async () => {
    expect((await runCommand(['monitor', '--help'])).exit).toBe(3)
    const version = await runCommand(['monitor', '--version'])
    expect([version.exit, version.stdout.split(' ').slice(0, 2)]).toEqual([3, ['zwitness', 'monitor']])
    expect((await runCommand(['--json', 'monitor', '-V'])).exit).toBe(3)
  })

  test('another command is none of it', async () => {
    expect((await runCommand(['status', '--no-such-option'])).exit).toBe(2)
    expect((await runCommand(['explain', 'monitor', '--no-such-option'])).exit).toBe(2)
  })
})

describe('--fresh', () => {
  test('asks for a check of the same, waits for it, and reads then', async () => {
    const { service, exit } = await runCommand(['monitor', '--fresh', 'hqs8-hqs1.A'], view([good]))
    expect(exit).toBe(0)
    expect(service.bodies.get('/api/run')).toEqual({ datasetIds: ['hqs8-hqs1.A'], mode: 'CHECK' })
    expect(service.calls).toEqual(['POST /api/run', 'GET /api/runs/1843', 'GET /api/monitor'])
  })

  test('one that runs already is waited for', async () => {
    const busy = problem(409, 'ALREADY_RUNNING', 'A scan runs.', { runId: '1843' })
    const answers = { ...view([good]).answers, 'POST /api/run': busy }
    const { service, exit } = await runCommand(['monitor', '--fresh'], { answers })
    expect([exit, service.calls.slice(1)]).toEqual([0, ['GET /api/runs/1843', 'GET /api/monitor']])
  })

  test('a viewer may not, and hears it', async () => {
    const answers = {
      ...view([good]).answers,
      'POST /api/run': problem(403, 'FORBIDDEN_ROLE', 'This needs the role operator.'),
    }
    expect((await asked(['--fresh'], { answers })).text).toBe('This needs the role operator.')
  })
})

describe('--format checkmk', () => {
  test('one service for each dataset, and one for the witness', async () => {
    const { exit, stdout } = await runCommand(['monitor', '--format', 'checkmk'], view([good, broken]))
    expect(exit).toBe(2)
    expect(readLocal(stdout)).toEqual([
      { state: 0, service: 'Replication', data: 'datasets=2', text: 'The witness answers for 2 datasets.' },
      {
        state: 0,
        service: 'Replication hqs8-hqs1.A',
        data: 'delay=0;129600;259200;0',
        text: 'HEALTHY hqs1 has the newest snapshot.',
      },
      {
        state: 2,
        service: 'Replication hqs10-hqs7.C',
        data: 'delay=2246400;129600;259200;0',
        text: 'BROKEN Nothing is in common.',
      },
    ])
  })

  test('what is not known has no figure, and foreign names make no service of their own', async () => {
    const hostile = { ...good, id: 'x"\n0 "Replication hqs8', delaySeconds: null }
    const { stdout } = await runCommand(['monitor', '--format=checkmk'], view([hostile]))
    expect(readLocal(stdout)[1]).toMatchObject({ service: 'Replication x_ 0 _Replication hqs8', data: '-' })
  })

  test('without a service only the witness itself is UNKNOWN', async () => {
    const io = fakeIo({ env: { ZWITNESS_URL: 'http://witness.test' } })
    const exit = await main(['monitor', '--format', 'checkmk'], io, {
      loaders: noLoaders,
      fetch: () => Promise.reject(new Error('gone')),
    })
    expect(exit).toBe(3)
    expect(readLocal(io.written.stdout)).toMatchObject([{ state: 3, service: 'Replication', data: '-' }])
  })
})

test('the strict reader refuses what Nagios would read differently', () => {
  expect(() => readPlugin('REPLICATION OK - fine | a=1\n', 0)).not.toThrow()
  for (const [text, exit] of [
    ['REPLICATION OK - fine', 0],
    ['REPLICATION OK - fine\n', 1],
    ['fine\n', 0],
    ['REPLICATION OK - fine | a=x\n', 0],
    ['REPLICATION OK - fine | a=1;b\n', 0],
    ['REPLICATION OK - fine | a=1 a=2\n', 0],
    ['REPLICATION OK - fine | a=1 | b=2\n', 0],
    ['REPLICATION OK - fine\nmore | b=2\n', 0],
    ['REPLICATION OK - \u001b[31mred\n', 0],
    [`REPLICATION OK - ${'x'.repeat(4096)}\n`, 0],
  ] as const)
    expect(() => readPlugin(text, exit)).toThrow()
})
