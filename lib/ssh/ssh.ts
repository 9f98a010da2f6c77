import { dirname } from 'node:path'
import { ensureDirectory, fileFacts, listDirectory, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { runBatch } from './batch.ts'
import { jumpsOf, type SshConfig, sshConfig } from './config-file.ts'
import { createHostLink, type HostLink } from './host-link.ts'
import { knownAs, readKnownLines } from './known-hosts.ts'
import { chainSlots, createSlots } from './slots.ts'
import { runTransfer } from './transfer.ts'
import type { Ssh, SshObserved, SshSettings } from './types.ts'

/** Times and chance, to be replaced in tests, all in milliseconds; and who is told of what was asked. */
export interface SshDependencies {
  /** Must not throw. */
  readonly observe: (seen: SshObserved) => void
  readonly now: () => number
  readonly random: () => number
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
  readonly breakerOpenMs: number
  readonly masterIdleMs: number
  readonly pollMs: number
  readonly graceMs: number
}

const DEFAULTS: SshDependencies = {
  observe: () => {},
  now: () => performance.now(),
  random: Math.random,
  backoffBaseMs: 2_000,
  backoffCapMs: 5 * 60_000,
  breakerOpenMs: 60_000,
  masterIdleMs: 2 * 60_000,
  pollMs: 1_000,
  graceMs: 10_000,
}

export interface SshClient extends Ssh {
  /** "Test again": forgets the fault that is answered for this host without asking it. */
  reset(host: string): void
}

/**
 * The way to all hosts. The first use writes the ssh_config; a host that is not in the settings, or settings that cannot be
 * written, are a mistake of the caller and throw. A host that ssh cannot be configured for is that host's fault alone, and answered
 * as such: like everything that a host or the way to it does, it is in the results.
 */
export function createSsh(first: SshSettings, dependencies: Partial<SshDependencies> = {}): SshClient {
  const deps = { ...DEFAULTS, ...dependencies }
  const backoff = { baseMs: deps.backoffBaseMs, capMs: deps.backoffCapMs, random: deps.random }
  const end = new AbortController()
  const running = new Set<Promise<unknown>>()
  let links = new Map<string, HostLink>()
  let ready: Promise<void> | null = null
  let sockets = 0
  let socketDirectory: string | null = null
  let written: { readonly file: string; readonly text: string } | null = null
  let inForce: { readonly settings: SshSettings; readonly known: string } | null = null

  /** The file that ssh reads. Written anew where known_hosts has come to know a host under another name. */
  async function writeConfig(settings: SshSettings): Promise<SshConfig> {
    const lines = await readKnownLines(settings.knownHostsFiles)
    const config = sshConfig(settings, (host) => knownAs(lines, host))
    const { text } = config
    if (written?.file === settings.configFile && written.text === text) return config
    if ((await fileFacts(dirname(settings.configFile))) === null) await ensureDirectory(dirname(settings.configFile))
    await writeTextFileAtomic(settings.configFile, text, 0o600)
    written = { file: settings.configFile, text }
    return config
  }

  async function apply(settings: SshSettings): Promise<void> {
    // Settings that cannot be used change nothing.
    sshConfig(settings)
    if (settings.socketDirectory !== socketDirectory) await prepareSockets(settings.socketDirectory)
    socketDirectory = settings.socketDirectory
    const known = await stampOf(settings.knownHostsFiles)
    written = null
    const { unusable } = await writeConfig(settings)
    inForce = { settings, known }
    const ids = new Map(settings.hosts.map((host) => [host.id, host]))
    const slots = new Map(settings.hosts.map((host) => [host.id, createSlots(host.maxHandshakes)]))
    const next = new Map<string, HostLink>()
    for (const host of settings.hosts) {
      const before = links.get(host.id)
      const why = unusable.get(host.id) ?? null
      const same = before?.unusable === why && fingerprint(before.settings, host.id) === fingerprint(settings, host.id)
      if (same) before.breaker.reset()
      next.set(
        host.id,
        same
          ? before
          : createHostLink(host, settings, {
              ...options(settings),
              unusable: why,
              jumps: jumpsOf(host, ids).flatMap((id) => ids.get(id) ?? []),
              handshakes: chainSlots(
                [...jumpsOf(host, ids)]
                  .reverse()
                  .concat(host.id)
                  .flatMap((id) => slots.get(id) ?? []),
              ),
            }),
      )
    }
    const retired = [...links.values()].filter((link) => next.get(link.host.id) !== link)
    links = next
    // What runs on them goes on with what it began with.
    for (const link of retired) void link.retire()
  }

  /** What could not be written once, because the disk was full for example, is written at the next use. */
  function orForgotten(work: Promise<void>): Promise<void> {
    const mine = work.catch((error: unknown) => {
      if (ready === mine) ready = null
      throw error
    })
    // Whoever uses it is notified; no one may be waiting for it now.
    mine.catch(() => {})
    return mine
  }

  const options = (settings: SshSettings) => ({
    now: deps.now,
    breakerOpenMs: deps.breakerOpenMs,
    masterIdleMs: deps.masterIdleMs,
    newSocket: () => {
      sockets += 1
      return `${settings.socketDirectory}/m${sockets}`
    },
  })

  async function linkTo(id: string): Promise<HostLink> {
    if (end.signal.aborted) throw new Error('ssh is closed: nothing more can be asked of it.')
    ready ??= orForgotten(apply(first))
    await ready
    await followKnownHosts()
    const link = links.get(id)
    if (link === undefined) throw new Error(`There is no host ${JSON.stringify(id)} in the settings of ssh.`)
    return link
  }

  /** A file of known hosts that was changed, or came, counts from the next connection on. */
  async function followKnownHosts(): Promise<void> {
    const before = inForce
    if (before === null) return
    const known = await stampOf(before.settings.knownHostsFiles)
    if (known === before.known) return
    // One after the other, also with a configuration that comes at this moment.
    const followed = (ready ?? Promise.resolve()).then(async () => {
      if (inForce === null || inForce.known === known) return
      await writeConfig(inForce.settings)
      inForce = { settings: inForce.settings, known }
    })
    ready = followed.catch(() => {})
    await followed
  }

  const withEnd = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? end.signal : AbortSignal.any([signal, end.signal])

  function tracked<T>(work: Promise<T>): Promise<T> {
    running.add(work)
    const forget = (): void => void running.delete(work)
    work.then(forget, forget)
    return work
  }

  return {
    batch: (host, commands, given = {}) =>
      tracked(
        linkTo(host)
          .then((link) => runBatch(link, commands, { ...given, signal: withEnd(given.signal) }, backoff))
          .then((result) => {
            const { fault, durationMs } = result
            deps.observe({ host, command: 'batch', result: fault?.kind ?? 'ok', seconds: durationMs / 1000 })
            return result
          }),
      ),
    transfer: (request) =>
      tracked(
        Promise.all([linkTo(request.source.host), linkTo(request.sink.host)])
          .then(([source, sink]) => runTransfer(source, sink, { ...request, signal: withEnd(request.signal) }, deps))
          .then((outcome) => {
            const seconds = outcome.durationMs / 1000
            // A leg that was not begun, because the other could not be, was asked nothing.
            for (const { host, started, fault } of [outcome.source, outcome.sink])
              if (started || fault !== null)
                deps.observe({ host, command: 'transfer', result: fault?.kind ?? 'ok', seconds })
            return outcome
          }),
      ),
    async configure(settings) {
      const before = ready
      const applied = (before ?? Promise.resolve()).catch(() => {}).then(() => apply(settings))
      // Settings that cannot be used leave the ones before in force.
      ready = orForgotten(applied.catch((error: unknown) => before ?? Promise.reject(error)))
      await applied
    },
    reset: (host) => links.get(host)?.breaker.reset(),
    async close() {
      end.abort(new Error('ssh is being closed.'))
      await Promise.allSettled([...running])
      await Promise.all([...links.values()].map((link) => link.close()))
    },
  }
}

/** Everything that decides how this host is reached. */
function fingerprint(settings: SshSettings, id: string): string {
  const ids = new Map(settings.hosts.map((host) => [host.id, host]))
  const host = ids.get(id)
  const way = host === undefined ? [] : [host, ...jumpsOf(host, ids).map((jump) => ids.get(jump))]
  return JSON.stringify({ ...settings, hosts: way })
}

async function stampOf(files: readonly string[]): Promise<string> {
  const facts = await Promise.all(files.map((file) => fileFacts(file).catch(() => null)))
  return facts.map((fact) => `${fact?.modifiedAtMs}:${fact?.mode}:${fact?.sizeBytes}`).join(' ')
}

/** ssh makes the socket under a longer name first (17 characters more), and a socket's path ends at 107. */
const LONGEST_DIRECTORY = 80

/** Makes the private directory of the control sockets, and clears what an earlier process that was killed left in it. */
async function prepareSockets(directory: string): Promise<void> {
  if (directory.length > LONGEST_DIRECTORY) {
    throw new Error(
      `The directory for control sockets has a path that is too long for a socket (${directory.length} of at most ${LONGEST_DIRECTORY} characters): ${directory}`,
    )
  }
  await ensureDirectory(directory, 0o700)
  for (const name of await listDirectory(directory)) {
    if (/^m\d+(\..*)?$/.test(name)) await removePath(`${directory}/${name}`)
  }
}
