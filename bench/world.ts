import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, openApp } from '#lib/app.ts'
import { openSimulator, type Simulator } from '#lib/simulator/admin-api.ts'
import { installSimulator } from '#lib/simulator/install.ts'
import { startSshd } from '#lib/simulator/sshd.ts'

/** Two simulated SANs behind real sshds, for measuring. */
export interface World {
  readonly directory: string
  readonly primary: Simulator
  readonly backup: Simulator
  /** ssh_config for clients beside ours: aliases `p` and `b`. */
  readonly sshConfig: string
  readonly app: App
  close(): Promise<void>
}

/** `datasets` in step on both sides, with so many snapshots each. `settings`: more YAML for the defaults. */
export async function openWorld(datasets: number, snapshots: number, settings = ''): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'zw-bench-'))
  const { binDir } = installSimulator({ directory, bunPath: process.execPath })
  const [primary, backup] = ['p', 'b'].map((host) => {
    mkdirSync(join(directory, host))
    const simulator = openSimulator(join(directory, host))
    simulator.pool.create(`${host}pool`, { sizeBytes: 1e15 })
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
  })
  backup.batch(() => {
    for (let index = 0; index < datasets; index++) primary.replicate(`ppool/d${index}`, backup, `bpool/d${index}`)
  })
  const start = (name: string) =>
    startSshd({
      directory: join(directory, 'ssh'),
      name,
      pathPrefix: binDir,
      env: { ZWITNESS_SIM_DIR: join(directory, name) },
    })
  const sshds = { p: await start('p'), b: await start('b') }
  for (const name of ['config', 'data', 'logs']) mkdirSync(join(directory, name), { mode: 0o700 })
  copyFileSync(sshds.p.clientKeyFile, join(directory, 'config', 'id_ed25519'))
  writeFileSync(join(directory, 'config', 'known_hosts'), `${sshds.p.hostKeyLine('p')}\n${sshds.b.hostKeyLine('b')}\n`)
  const hosts = (['p', 'b'] as const).map(
    (name) => `  ${name}: { hostname: 127.0.0.1, port: ${sshds[name].port}, ssh_user: ${sshds[name].user} }`,
  )
  const mappings = Array.from(
    { length: datasets },
    (_, index) => `      - { name: ppool/d${index}, backup_dataset: bpool/d${index} }`,
  )
  const yaml = [
    'san_hosts:',
    ...hosts,
    `defaults: { primary_max_age_hours: 0, ${settings} }`,
    'pairs:',
    '  - name: bench',
    '    primary: p',
    '    backup: b',
    '    datasets:',
    ...mappings,
    '',
  ]
  writeFileSync(join(directory, 'config', 'app-config.yaml'), yaml.join('\n'))
  const app = await openApp({
    directories: { config: join(directory, 'config'), data: join(directory, 'data'), logs: join(directory, 'logs') },
    role: 'command',
  })
  return {
    directory,
    primary,
    backup,
    sshConfig: join(directory, 'data', 'ssh', 'config'),
    app,
    async close() {
      await app.close()
      await Promise.all([sshds.p.stop(), sshds.b.stop()])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const TRIGGER = {
  type: 'schedule' as const,
  actor: 'bench',
  role: 'admin',
  address: null,
  userAgent: null,
  requestId: null,
}

/** One scan of everything, to its end. @throws where it did not succeed */
export async function scanAll({ app }: World, enqueue = false): Promise<void> {
  const { done } = await app.services.engine.scan({ scope: { kind: 'all' }, enqueue, trigger: TRIGGER })
  const run = await done
  if (run.state !== 'SUCCEEDED') throw new Error(run.outcome ?? run.state)
}
