import { join } from 'node:path'
import type { Config } from '#config/effective.ts'
import { fileFacts } from '#lib/host/file-facts.ts'
import type { Settings } from './settings.ts'

export interface IdentityFile {
  readonly file: string
  /** Hosts that are reached with it; empty where the configuration could not be read. */
  readonly hosts: readonly string[]
}

/** The key that `keys init` makes. */
export function ownKeyFile({ dataDirectory }: Pick<Settings, 'dataDirectory'>): string {
  return join(dataDirectory, 'ssh', 'id_ed25519')
}

/** Each private key with the hosts that it is for: a host's own, else the one beside the configuration, else our own. */
export async function identityFiles(settings: Settings, config: Config | null): Promise<readonly IdentityFile[]> {
  const beside = join(settings.configDirectory, 'id_ed25519')
  const usual = (await fileFacts(beside)) === null ? ownKeyFile(settings) : beside
  const hosts = [...(config?.hosts.values() ?? [])]
  if (hosts.length === 0) return [{ file: usual, hosts: [] }]
  const files = new Map<string, string[]>()
  for (const { id, identityFile } of hosts) {
    const file = identityFile ?? usual
    files.set(file, [...(files.get(file) ?? []), id])
  }
  return [...files].map(([file, ids]) => ({ file, hosts: ids }))
}
