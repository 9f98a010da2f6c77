import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '#config/read.ts'
import { sshSettings } from '#lib/app/settings.ts'
import { createSsh, type SshClient } from '#lib/ssh/ssh.ts'
import type { World } from './world.ts'

/** The service's own ssh in this process, with its configuration: for what is measured without a service around it. */
export async function witnessSsh({ directory }: World): Promise<SshClient> {
  const { loaded } = readConfig({ file: join(directory, 'config', 'app-config.yaml') })
  if (loaded.config === undefined) throw new Error(`The bench's configuration has faults: ${JSON.stringify(loaded)}`)
  const own = join(directory, 'in-process')
  const directories = { config: join(directory, 'config'), data: own, logs: own }
  rmSync(own, { recursive: true, force: true })
  mkdirSync(own, { mode: 0o700 })
  return createSsh(await sshSettings(loaded.config, directories, join(own, 'mux')))
}
