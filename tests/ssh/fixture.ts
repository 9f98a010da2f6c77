import { ensureDirectory, makeTemporaryDirectory, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { createSsh, type SshClient, type SshDependencies } from '#lib/ssh/ssh.ts'
import type { SshHost, SshSettings } from '#lib/ssh/types.ts'
import { type RunningSshd, type SshdOptions, startSshd } from '#simulator/sshd.ts'

export interface SshWorld {
  readonly directory: string
  readonly servers: ReadonlyMap<string, RunningSshd>
  /** Settings that reach all servers; `change` gets the host to be replaced. */
  settings(change?: (host: SshHost) => SshHost): SshSettings
  client(settings?: SshSettings, dependencies?: Partial<SshDependencies>): SshClient
  stop(): Promise<void>
}

/** Real sshd processes under the names given, and a client that knows their keys. */
export async function startSshWorld(
  names: readonly string[],
  options: Partial<Omit<SshdOptions, 'directory' | 'name'>> = {},
): Promise<SshWorld> {
  const directory = await makeTemporaryDirectory('zwt-')
  const started = await Promise.all(names.map((name) => startSshd({ directory, name, ...options })))
  const servers = new Map(names.map((name, index) => [name, started[index] as RunningSshd]))
  const lines = [...servers].map(([name, server]) => server.hostKeyLine(name))
  await writeTextFileAtomic(`${directory}/known_hosts`, `${lines.join('\n')}\n`)
  const clients: SshClient[] = []
  let generation = 0

  function settings(change: (host: SshHost) => SshHost = (host) => host): SshSettings {
    generation += 1
    const hosts = [...servers].map(([id, server]) => ({
      id,
      hostname: '127.0.0.1',
      port: server.port,
      user: server.user,
      identityFile: server.clientKeyFile,
      proxyJump: null,
      connectTimeoutSeconds: 5,
      maxHandshakes: 4,
    }))
    return {
      hosts: hosts.map(change),
      knownHostsFiles: [`${directory}/known_hosts`],
      ciphers: [],
      serverAliveIntervalSeconds: 15,
      serverAliveCountMax: 3,
      configFile: `${directory}/c${generation}/config`,
      socketDirectory: `${directory}/s${generation}`,
      sshCommand: 'ssh',
    }
  }

  return {
    directory,
    servers,
    settings,
    client(given = settings(), dependencies = {}) {
      const client = createSsh(given, { backoffBaseMs: 20, pollMs: 100, graceMs: 3_000, ...dependencies })
      clients.push(client)
      return client
    },
    async stop() {
      await Promise.all(clients.map((client) => client.close()))
      await Promise.all(started.map((server) => server.stop()))
      await removePath(directory)
    },
  }
}

/** How many processes have this text in their command line, waiting up to `ms` for there to be none. */
export async function processesWith(text: string, ms = 0): Promise<number> {
  const deadline = performance.now() + ms
  for (;;) {
    // The bracket keeps pgrep from finding the pattern in its own command line.
    const pattern = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/^(.)/, '[$1]')
    const found = await runCommand({ file: 'pgrep', args: ['-fc', pattern], timeoutMs: 5_000, maxStdoutBytes: 100 })
    const count = Number(found.stdout.toString())
    if (count === 0 || performance.now() >= deadline) return count
    await Bun.sleep(100)
  }
}

/** Waits until so many processes have exactly this command line: not the ssh client that only carries its words. */
export async function untilRunning(commandLine: string, count = 1): Promise<void> {
  for (const end = performance.now() + 120_000; performance.now() < end; await Bun.sleep(50)) {
    const args = ['-fxc', commandLine.replaceAll('.', '\\.')]
    const found = await runCommand({ file: 'pgrep', args, timeoutMs: 60_000, maxStdoutBytes: 100 })
    if (Number(found.stdout.toString()) >= count) return
  }
  throw new Error(`${commandLine} was not started within two minutes.`)
}

/** A `.bashrc` for a login whose HOME is this directory. */
export async function homeWithBashrc(directory: string, text: string): Promise<string> {
  await ensureDirectory(directory)
  await writeTextFileAtomic(`${directory}/.bashrc`, text)
  return directory
}

/** Something that listens and is no sshd. */
export function listener(greeting: string): { readonly port: number; stop(): void } {
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { open: (socket) => void socket.write(greeting), data() {} },
  })
  return { port: server.port, stop: () => server.stop(true) }
}
