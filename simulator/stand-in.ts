import { join } from 'node:path'
import { writeTextFileAtomic } from '#lib/host/files.ts'

/** How a host answers: with a shell in these surroundings, or not at all. */
type StandInHost = { readonly environment: Readonly<Record<string, string>> } | { readonly refusal: string }
export type StandInHosts = Readonly<Record<string, StandInHost>>

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Makes an executable to be called instead of `ssh`; returns its path. */
export async function installStandIn(directory: string, hosts: StandInHosts): Promise<string> {
  const table = join(directory, 'stand-in.json')
  await writeTextFileAtomic(table, JSON.stringify(hosts))
  const program = join(import.meta.dir, 'ssh-stand-in.ts')
  const path = join(directory, 'ssh-stand-in')
  const line = `exec ${quote(process.execPath)} --no-orphans ${quote(program)} ${quote(table)} "$@"`
  await writeTextFileAtomic(path, `#!/bin/sh\n${line}\n`, 0o700)
  return path
}
