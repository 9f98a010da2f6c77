import { join } from 'node:path'
import { serve } from '#lib/app/serve.ts'
import { socketPath } from '#lib/app/settings.ts'
import { onSignal, setEnvironmentVariable } from '#lib/host/environment.ts'
import {
  ensureDirectory,
  listDirectory,
  makeTemporaryDirectory,
  removePath,
  writeTextFileAtomic,
} from '#lib/host/files.ts'
import { installSimulator } from '#simulator/install.ts'
import { configText, DEMO_LOGINS, loginLines } from './config-text.ts'
import { type Hosts, hasSshd, standInHosts, startHosts, writeClientFiles } from './hosts.ts'
import type { ScenarioPair } from './scenario.ts'
import { PAIRS } from './scenarios/all.ts'
import { addFaults, build, keepChanging, openWorld, runLines } from './world.ts'

interface DemoOptions {
  readonly host: string
  readonly port: number
  /** Kept afterwards; must be empty. Default: a temporary one, removed at the end. */
  readonly directory?: string
  /** Called when it listens, with its address. */
  readonly onReady?: (url: string) => void
  /** Where its text goes. Default: stderr. */
  readonly say?: (text: string) => void
  /** Without it: a real sshd where there is one, else the stand-in. */
  readonly transport?: 'sshd' | 'stand-in'
}

/** The service with simulated SANs, until a signal ends it. @returns the exit code. */
export async function demo(options: DemoOptions): Promise<number> {
  const say = options.say ?? ((text: string): void => void process.stderr.write(`${text}\n`))
  const taken = whyNotListening(options.host, options.port)
  if (taken !== null) {
    say(portTaken(options.host, options.port, taken))
    return 1
  }
  const directory = options.directory ?? (await makeTemporaryDirectory('zw-demo-'))
  const ended = new AbortController()
  // From the first file to the end of the process: without a handler a Ctrl-C would leave things behind, and one that comes
  // twice would end it on its way out. serve() has its own.
  onSignal(['SIGINT', 'SIGTERM'], () => ended.abort())
  let hosts: Hosts | null = null
  try {
    await ensureDirectory(directory)
    if ((await listDirectory(directory)).length > 0) {
      say(`${directory} is not empty: the demo needs a directory of its own.`)
      return 1
    }
    const real = options.transport === undefined ? await hasSshd() : options.transport === 'sshd'
    if (!real) say(standInWarning())
    say(`Building the simulated SANs in ${directory} ...`)
    const now = Date.now()
    const seconds = Math.floor(now / 1000)
    const { binDir } = installSimulator({ directory, bunPath: process.execPath })
    const world = openWorld(join(directory, 'sans'))
    build(world, PAIRS, seconds)
    await runLines(world, PAIRS, seconds, binDir)
    addFaults(world)
    if (ended.signal.aborted) return 130

    hosts = await (real ? startHosts : standInHosts)(join(directory, 'ssh'), world, binDir)
    const places = { config: join(directory, 'config'), data: join(directory, 'data'), logs: join(directory, 'logs') }
    await ensureDirectory(places.data)
    await ensureDirectory(places.logs)
    await writeClientFiles(hosts, places.config)
    const config = configText(PAIRS, hosts, new Date(now), await loginLines())
    await writeTextFileAtomic(join(places.config, 'app-config.yaml'), config)
    if (hosts.standIn !== null) setEnvironmentVariable('ZWITNESS_SSH', hosts.standIn)
    if (ended.signal.aborted) return 130

    return await serve({
      directories: places,
      host: options.host,
      port: options.port,
      demo: true,
      demoLogins: DEMO_LOGINS,
      onReady(url) {
        options.onReady?.(url)
        say(readyText(url, places.data, PAIRS, join(import.meta.dir, '..', 'setup', 'zwitness')))
        const scanned = async (): Promise<boolean> => {
          const answer = await fetch('http://zwitness/api/status', { signal: ended.signal, unix: socketPath(places) })
          const status = (await answer.json()) as { readonly lastCheck: unknown }
          return status.lastCheck !== null
        }
        keepChanging(world, PAIRS, seconds, scanned, ended.signal).catch((error: unknown) => {
          if (!ended.signal.aborted) say(`The demo's world stands still from now on: ${error}`)
        })
      },
    })
  } finally {
    ended.abort()
    await hosts?.stop()
    if (options.directory === undefined) await removePath(directory)
  }
}

/** Null when the port is free, or any port will do. */
function whyNotListening(host: string, port: number): string | null {
  if (port === 0) return null
  try {
    Bun.listen({ hostname: host, port, socket: { data() {} } }).stop(true)
    return null
  } catch (error) {
    const code = (error as { readonly code?: string }).code
    return code === 'EADDRINUSE' ? 'something listens there already' : (code ?? String(error))
  }
}

const BAR = '─'.repeat(78)

function standInWarning(): string {
  return [
    BAR,
    'There is no sshd on this machine, so a STAND-IN takes the place of ssh: commands run',
    'here, without any connection, key or host key. What goes over ssh is NOT shown by this.',
    'For the real path:  apt-get update && apt-get install -y openssh-server openssh-client',
    BAR,
  ].join('\n')
}

function readyText(url: string, dataDirectory: string, pairs: readonly ScenarioPair[], command: string): string {
  const datasets = pairs.reduce((sum, { scenarios }) => sum + scenarios.length, 0)
  return [
    '',
    BAR,
    `  zwitness demo: ${url}/`,
    `  Simulated SANs, ${datasets} lines of configuration, nothing is real. Ctrl-C ends it and leaves nothing behind.`,
    '',
    '  Sign in as              with the password',
    ...DEMO_LOGINS.map(({ name, password }) => `    ${name.padEnd(20)}  ${password}`),
    BAR,
    'The first check takes some seconds; then one dataset repairs itself (hqs8-hqs1.HQS8DAT5), and',
    'things go on happening. What to try next, in another terminal:',
    '',
    `  export ZWITNESS_DATA_DIR=${dataDirectory}`,
    '  ask() { curl -s --unix-socket "$ZWITNESS_DATA_DIR/zwitness.sock" "$@"; }',
    '  ask http://zwitness/api/status',
    '  ask -X POST http://zwitness/api/datasets/hqs8-hqs1.HQS8VMS1/preview',
    '  ask -X POST http://zwitness/api/run',
    '  ask -N http://zwitness/api/events',
    '',
    `  ${command} status`,
    `  ${command} show hqs8-hqs1.HQS8VMS1`,
    `  ${command} preview hqs8-hqs1.HQS8NEW1`,
    `  ${command} repair hqs8-hqs1.HQS8NEW1 --wait`,
    '',
  ].join('\n')
}

function portTaken(host: string, port: number, why: string): string {
  return `The demo cannot listen on ${host}:${port} (${why}). Give it another port: npm run demo -- --port ${port + 1}`
}
