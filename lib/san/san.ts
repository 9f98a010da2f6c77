import type { HostConfig } from '#config/effective.ts'
import type { HostReading, Sans, TokenFault } from '#lib/engine/ports.ts'
import type { SshClient } from '#lib/ssh/ssh.ts'
import type { BatchOptions, Ssh } from '#lib/ssh/types.ts'
import { parseWrittenSince } from '#lib/zfs/answers.ts'
import { parseSendEstimate } from '#lib/zfs/estimate.ts'
import { classifyZfs } from '#lib/zfs/faults.ts'
import { writtenSince } from '#lib/zfs/read-commands.ts'
import { resumeTokenFacts } from '#lib/zfs/send-commands.ts'
import { parseResumeToken, readToken } from '#lib/zfs/token.ts'
import type { SendEstimate } from '#lib/zfs/types.ts'
import { Pace } from './ask-in-groups.ts'
import { ListingCache } from './listing-cache.ts'
import { readHost } from './read-host.ts'
import { runCommand, runSequence } from './short-commands.ts'
import { swapReader } from './swap-reader.ts'
import { transfer } from './transfer.ts'

interface SanSettings {
  readonly ssh: Ssh & Pick<SshClient, 'reset'>
  readonly host: (id: string) => HostConfig | undefined
  readonly limits: () => { readonly silenceMs: number; readonly timeoutMs: number; readonly tries: number }
  readonly now: () => number
}

/** Nothing that a receiver writes: damaged, or forged. */
const NO_TOKEN: TokenFault = {
  kind: 'token-corrupt',
  text: 'its token is damaged, or holds what no receiver writes',
  retryable: false,
  target: null,
}

/** The SANs over ssh: builds commands with lib/zfs, sends them with lib/ssh, reads the answers with lib/zfs. */
export function createSans(settings: SanSettings): Sans {
  const { ssh, now } = settings
  const cache = new ListingCache()
  const pace = new Pace()
  const oldHosts = new Map<string, number>()
  const options = (signal?: AbortSignal): BatchOptions => ({ ...settings.limits(), signal })
  const zfs = (host: string): readonly string[] => settings.host(host)?.zfsCommand ?? ['zfs']

  return {
    async read(wants, readOptions) {
      const reader = { ssh, cache, pace, now, limits: settings.limits(), oldHosts }
      const readings = await Promise.all(
        wants.map(async (want): Promise<HostReading> => {
          const host = settings.host(want.host)
          return host === undefined ? notConfigured(want.host) : readHost(reader, host, want, readOptions)
        }),
      )
      return new Map(readings.map((reading) => [reading.host, reading]))
    },

    async writtenSince(asks, signal) {
      const found = new Map<string, number>()
      await eachHost(asks, async (host, own) => {
        const commands = own.map((ask, index) => ({
          id: `${index}`,
          argv: writtenSince(zfs(host), `${ask.dataset}@${ask.snapshot}`),
        }))
        const batch = await ssh.batch(host, commands, options(signal))
        for (const [index, ask] of own.entries()) {
          const result = batch.results.get(`${index}`)
          const bytes = result?.exitCode === 0 ? parseWrittenSince(result.stdout) : null
          if (bytes !== null) found.set(`${host}:${ask.dataset}`, bytes)
        }
      })
      return found
    },

    async token(host, token, signal) {
      const contents = readToken(token)
      // The host is not even asked: it might read something in it all the same.
      if (contents === null) return NO_TOKEN
      const batch = await ssh.batch(host, [{ id: 'token', argv: resumeTokenFacts(zfs(host), token) }], options(signal))
      const result = batch.results.get('token')
      if (result === undefined) return null
      if (result.exitCode === 0) return parseResumeToken(token, result.stdout + result.stderr)
      const fault = classifyZfs(result.stderr)
      return fault === null ? null : { ...fault, target: contents.toGuid }
    },

    async estimate(asks, signal) {
      const found = new Map<string, SendEstimate>()
      const byHost = asks.map((ask) => ({ ...ask, host: ask.command.host }))
      await eachHost(byHost, async (host, own) => {
        const commands = own.map((ask, index) => ({ id: `${index}`, argv: ask.command.argv }))
        const batch = await ssh.batch(host, commands, options(signal))
        for (const [index, ask] of own.entries()) {
          const result = batch.results.get(`${index}`)
          const estimate = result?.exitCode === 0 ? parseSendEstimate(result.stdout + result.stderr) : null
          if (estimate !== null) found.set(ask.id, estimate)
        }
      })
      return found
    },

    command: (command, signal) => runCommand(ssh, command, options(signal)),
    sequence: (commands, signal) => runSequence(ssh, commands, options(signal)),
    ...swapReader(ssh, settings.host, options),
    transfer: (request) => transfer(ssh, request),
    askAgain: (hosts) => {
      for (const host of hosts) ssh.reset(host)
    },
  }
}

async function eachHost<T extends { readonly host: string }>(
  asks: readonly T[],
  run: (host: string, own: readonly T[]) => Promise<void>,
): Promise<void> {
  const byHost = Map.groupBy(asks, (ask) => ask.host)
  await Promise.all([...byHost].map(([host, own]) => run(host, own)))
}

function notConfigured(host: string): HostReading {
  return {
    reached: false,
    host,
    latencyMs: null,
    fault: {
      host,
      kind: 'ssh-config',
      reason: 'HOST_UNREACHABLE',
      message: `${host} is not in the configuration.`,
      retryable: false,
    },
  }
}
