import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Browser } from '#tests/witness/browser.ts'
import { type Service, startService } from '../../beds/service.ts'
import { openWorld, type World } from '../../beds/world.ts'
import { residentMb } from '../../machine.ts'
import { type Measure, percentile } from '../../measure.ts'

const CROWD = join(import.meta.dir, 'crowd.ts')
const PASSWORD = 'three words long'
const MB = 1e6
/** Two files of 5 MiB. */
const STRANGERS_LOG_MB = (2 * 5 * 1024 * 1024) / MB

/** What does it cost those who belong here when very many come who do not? */
export const strangers: Measure = {
  name: 'strangers',
  about:
    'A crowd in a process of its own (nice 10) asks over connections of its own from addresses all over 127.0.0.0/8, each again as soon as it has ' +
    'its answer: sign-ins, unknown paths of 3.5 KB, event streams, downloads, tokens and hosts that are none; among them one ' +
    'viewer with 20 streams and 8 downloads. A person who has signed in asks for the status and the dashboard meanwhile, one after the other. ' +
    'Sizes are those after the service has ended, so that nothing waits in a write-ahead log.',
  async run({ quick }) {
    const seconds = quick ? 5 : 60
    const crowd = quick ? 8 : 32
    const world = await openWorld({ datasets: 20, snapshots: 20 }, ['auth: { mode: password }'])
    let service: Service | null = null
    try {
      service = await startService(world)
      const token = await people(world)
      await service.stop()
      const before = sizes(world)
      service = await startService(world, { keepData: true })
      const person = new Browser(service.url)
      const signedIn = await person.signIn('person', PASSWORD)
      if (signedIn.status !== 303) throw new Error(`Nobody can sign in: ${signedIn.status}.`)
      await waits(person, 1)
      const idle = await waits(person, Math.ceil(seconds / 6))
      const quiet = residentMb(service.pid)
      const attack = Bun.spawn(
        ['nice', '-n', '10', process.execPath, CROWD, service.url, String(crowd), token, String(seconds)],
        { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' },
      )
      const busy = await waits(person, seconds - 1)
      const answers = JSON.parse(await new Response(attack.stdout).text()) as Record<string, number>
      const loud = residentMb(service.pid)
      await service.stop()
      service = null
      const after = sizes(world)
      const asked = Object.values(answers).reduce((sum, each) => sum + each, 0)
      const seen = `${asked} requests, ${Math.round(asked / seconds)} a second (${Object.entries(answers)
        .map(([status, times]) => `${status}: ${times}`)
        .join(', ')})`
      const wait = (values: readonly number[], share: number) => `${percentile(values, share).toFixed(1)} ms`
      return [
        {
          what: `wait of a person who has signed in, p99, ${crowd} strangers at once`,
          value: percentile(busy, 0.99),
          unit: 'ms',
          against: `idle ${wait(idle, 0.99)}; median ${wait(busy, 0.5)}, idle ${wait(idle, 0.5)}; ${busy.length} asked; ${seen}`,
          goal: { atMost: 200 },
          ifMissed:
            'The crowd wants the same cores as the service, and checking a password takes one of them for a tenth of a second; fewer checks at once would reach it.',
        },
        {
          what: 'database, growth',
          value: (after.database - before.database) / MB,
          unit: 'MB',
          against: `${(before.database / MB).toFixed(2)} MB before`,
          goal: { atMost: 1 },
          ifMissed:
            'Every attempt to sign in is an entry of the audit; the first of a wait and a count would reach it.',
        },
        {
          what: 'log of strangers',
          value: after.strangers / MB,
          unit: 'MB',
          against: `its bound of ${STRANGERS_LOG_MB.toFixed(1)} MB`,
          goal: { atMost: STRANGERS_LOG_MB },
        },
        {
          what: 'log file, growth',
          value: (after.log - before.log) / MB,
          unit: 'MB',
          against: `${(before.log / MB).toFixed(2)} MB before; at most 10 files of 21 MB`,
          goal: { atMost: 0.1 },
          ifMissed: 'Something that a stranger causes is a line among those of everybody else.',
        },
        {
          what: 'resident memory, growth',
          value: loud - quiet,
          unit: 'MB',
          against: `${quiet.toFixed(0)} MB before`,
          goal: null,
        },
      ]
    } finally {
      await service?.stop()
      await world.close()
    }
  },
}

/** A person and a viewer's token, made over the socket. @returns the token */
async function people(world: World): Promise<string> {
  const unix = join(world.directory, 'data', 'zwitness.sock')
  const post = async (path: string, body: object): Promise<{ readonly token?: string }> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`http://zwitness${path}`, { method: 'POST', unix, headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as { readonly token?: string }
  }
  await post('/api/users', { name: 'person', role: 'ADMIN', password: PASSWORD })
  const { token } = await post('/api/tokens', { name: 'viewer', role: 'VIEWER' })
  if (token === undefined) throw new Error('There is no token.')
  return token
}

/** How long each answer took, ms, one after the other for so many seconds. */
async function waits(person: Browser, seconds: number): Promise<readonly number[]> {
  const took: number[] = []
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    for (const path of ['/api/status', '/']) {
      const began = performance.now()
      const answer = await person.get(path)
      await answer.arrayBuffer()
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status} to a person who has signed in.`)
      took.push(performance.now() - began)
      await Bun.sleep(10)
    }
  }
  return took
}

function sizes({ directory }: World) {
  const size = (...path: readonly string[]): number =>
    statSync(join(directory, ...path), { throwIfNoEntry: false })?.size ?? 0
  return {
    database: size('data', 'zwitness.db'),
    log: size('logs', 'zwitness.log'),
    strangers: size('logs', 'strangers.log') + size('logs', 'strangers.log.1'),
  }
}
