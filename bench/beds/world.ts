import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSimulator, type Simulator } from '#simulator/admin-api.ts'
import { installSimulator } from '#simulator/install.ts'
import { type RunningSshd, startSshd } from '#simulator/sshd.ts'
import { configText, sshConfigText } from './config-text.ts'

/** Datasets in step on both sides, with so many snapshots each. */
export interface WorldSize {
  readonly datasets: number
  readonly snapshots: number
}

/** What was asked of one SAN since the world was made. */
export interface Asked {
  /** Remote commands. */
  readonly ssh: number
  /** Connections on which they came. */
  readonly connections: number
  /** Calls of `zfs`; those of `zpool` and `date` are not in it. */
  readonly zfs: number
}

/** Two simulated SANs behind real sshds, and the directories of a witness that watches them. */
export interface World extends WorldSize {
  readonly directory: string
  readonly primary: Simulator
  readonly backup: Simulator
  /** ssh_config for clients beside ours: aliases `p` and `b`, the witness's own key and ciphers, no sharing of connections. */
  readonly sshConfig: string
  /** The account on both SANs. */
  readonly user: string
  /** Where the service finds its things; data and logs are empty. */
  readonly environment: Readonly<Record<string, string>>
  asked(san: 'p' | 'b'): Asked
  close(): Promise<void>
}

/** @param extra further blocks of the YAML, as `limits: { transfers: 20 }`; `defaults` and `auth` may be among them */
export async function openWorld(size: WorldSize, extra: readonly string[] = []): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'zw-bench-'))
  const sans = makeSans(directory, size)
  const { binDir } = installSimulator({ directory: join(directory, 'simulator'), bunPath: process.execPath })
  const sshds = {
    p: await startCounted(directory, 'p', countedTools(directory, 'p', binDir)),
    b: await startCounted(directory, 'b', countedTools(directory, 'b', binDir)),
  }
  for (const name of ['config', 'data', 'logs']) mkdirSync(join(directory, name), { mode: 0o700 })
  const key = join(directory, 'config', 'id_ed25519')
  copyFileSync(sshds.p.clientKeyFile, key)
  const knownHosts = join(directory, 'config', 'known_hosts')
  writeFileSync(knownHosts, `${sshds.p.hostKeyLine('p')}\n${sshds.b.hostKeyLine('b')}\n`)
  writeFileSync(join(directory, 'config', 'app-config.yaml'), configText(size, sshds, extra))
  const sshConfig = join(directory, 'ssh_config')
  writeFileSync(sshConfig, sshConfigText(sshds, { key, knownHosts }))
  return {
    ...size,
    directory,
    ...sans,
    sshConfig,
    user: sshds.p.user,
    environment: {
      PATH: process.env.PATH ?? '',
      HOME: directory,
      ZWITNESS_CONFIG_DIR: join(directory, 'config'),
      ZWITNESS_DATA_DIR: join(directory, 'data'),
      ZWITNESS_LOG_DIR: join(directory, 'logs'),
    },
    asked(san) {
      const sessions = linesOf(callsFile(directory, san, 'ssh'))
      return {
        ssh: sessions.length,
        connections: new Set(sessions).size,
        zfs: linesOf(callsFile(directory, san, 'zfs')).length,
      }
    },
    async close() {
      await Promise.all([sshds.p.stop(), sshds.b.stop()])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function makeSans(directory: string, { datasets, snapshots }: WorldSize) {
  const [primary, backup] = ['p', 'b'].map((name) => {
    mkdirSync(join(directory, name))
    const simulator = openSimulator(join(directory, name))
    simulator.pool.create(`${name}pool`, { sizeBytes: 1e15 })
    return simulator
  }) as [Simulator, Simulator]
  const now = Math.floor(Date.now() / 1000)
  primary.batch(() => {
    for (let index = 0; index < datasets; index++) {
      primary.dataset.create(`ppool/d${index}`)
      for (let number = 0; number < snapshots; number++) {
        primary.snapshot(`ppool/d${index}@s${number}`, { creation: now - (snapshots - number) * 3600, bytes: 1000 })
      }
    }
    backup.batch(() => {
      for (let index = 0; index < datasets; index++) primary.replicate(`ppool/d${index}`, backup, `bpool/d${index}`)
    })
  })
  return { primary, backup }
}

/** The simulator's tools, each use of which leaves a line. */
function countedTools(directory: string, san: string, binDir: string): string {
  const counted = join(directory, `${san}-bin`)
  mkdirSync(counted)
  for (const tool of ['zfs', 'zpool', 'date']) {
    const file = join(counted, tool)
    const count = tool === 'zfs' ? `echo "$1" >> '${callsFile(directory, san, 'zfs')}'\n` : ''
    writeFileSync(file, `#!/bin/sh\n${count}exec '${join(binDir, tool)}' "$@"\n`)
    chmodSync(file, 0o755)
  }
  return counted
}

/** Counted by the server, so that ours and every peer's commands count alike. */
function startCounted(directory: string, name: string, pathPrefix: string): Promise<RunningSshd> {
  const force = join(directory, `${name}-session`)
  writeFileSync(
    force,
    `echo "$SSH_CONNECTION" >> '${callsFile(directory, name, 'ssh')}'\nexec sh -c "$SSH_ORIGINAL_COMMAND"\n`,
  )
  return startSshd({
    directory: join(directory, 'ssh'),
    name,
    pathPrefix,
    env: { ZWITNESS_SIM_DIR: join(directory, name) },
    maxSessions: 100,
    extraConfig: [`ForceCommand exec sh ${force}`],
  })
}

function callsFile(directory: string, san: string, what: 'ssh' | 'zfs'): string {
  return join(directory, `${san}-${what}-calls`)
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
}
