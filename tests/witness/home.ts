import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface HomeFiles {
  readonly yaml: string
  /** The private key that the SANs take. */
  readonly identityFile: string
  /** Text of the known_hosts beside the configuration. */
  readonly knownHosts: string
}

/** The directories that one witness lives in; they outlive its processes. */
export class Home {
  readonly directory = mkdtempSync(join(tmpdir(), 'zw-home-'))
  readonly config = join(this.directory, 'config')
  readonly data = join(this.directory, 'data')
  readonly logs = join(this.directory, 'logs')

  constructor({ yaml, identityFile, knownHosts }: HomeFiles) {
    for (const each of [this.config, this.data, this.logs]) mkdirSync(each, { mode: 0o700 })
    copyFileSync(identityFile, join(this.config, 'id_ed25519'))
    this.pin(knownHosts)
    this.configure(yaml)
  }

  get configFile(): string {
    return join(this.config, 'app-config.yaml')
  }

  configure(yaml: string): void {
    writeFileSync(this.configFile, yaml)
  }

  pin(knownHosts: string): void {
    writeFileSync(join(this.config, 'known_hosts'), knownHosts)
  }

  get environment(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      HOME: this.directory,
      ZWITNESS_CONFIG_DIR: this.config,
      ZWITNESS_DATA_DIR: this.data,
      ZWITNESS_LOG_DIR: this.logs,
      LOG_FORMAT: 'text',
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}
