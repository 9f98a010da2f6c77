import type { HostConfig } from '#config/effective.ts'
import { didYouMean } from '#config/suggest.ts'
import { type HostKey, scanHostKeys } from '#lib/ssh/known-hosts.ts'
import { validConfig } from './config-file.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import type { Settings } from './settings.ts'

/** @throws Failure 3 for an id that the configuration does not have */
export function configuredHost(settings: Settings, id: string): HostConfig {
  const { hosts } = validConfig(settings)
  const host = hosts.get(id)
  if (host !== undefined) return host
  const known = [...hosts.keys()]
  const message = `There is no host ${id} under san_hosts.${didYouMean(id, known)} There are ${known.join(', ')}.`
  throw new Failure(EXIT.NOT_FOUND, message, { next: 'zwitness config show' })
}

/** @throws Failure 75 when it shows none, 5 behind a jump host */
export async function keysShownBy({
  id,
  hostname,
  port,
  proxyJump,
  connectTimeoutSeconds,
}: HostConfig): Promise<readonly HostKey[]> {
  if (proxyJump !== null) {
    const message = `${id} is behind ${proxyJump}, so its keys cannot be asked for from here.`
    throw new Failure(EXIT.REFUSED, message, {
      next: `ssh-keygen -lf on ${id} itself, and its line by hand into ssh/known_hosts of the data directory, with ${id} as the name`,
    })
  }
  try {
    return await scanHostKeys(hostname, port, connectTimeoutSeconds)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(EXIT.LATER, message, { next: `the same again when ${id} is on`, cause })
  }
}
