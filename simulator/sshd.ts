import { dirname, resolve } from 'node:path'
import { ensureDirectory, fileFacts, readTextFile, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { type Child, startChild } from '#lib/process/child.ts'
import { descendantsOf } from '#lib/process/proc.ts'
import { createLineSplitter, createTextRing } from '#lib/process/run-command.ts'

/** sshd starts itself again for each connection, and does so only when it was called by its absolute path. */
const SSHD = '/usr/sbin/sshd'
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin'

export interface SshdOptions {
  /** Private, made if needed. Servers that share it share the client key. */
  readonly directory: string
  /** `[a-z0-9-]+`; its files are in `<directory>/<name>`. */
  readonly name: string
  /** On 127.0.0.1; a free one unless given. */
  readonly port?: number
  /** Put before PATH in every login (the simulated `zfs`). */
  readonly pathPrefix?: string
  /** Set in every login; also HOME, which decides whose `.bashrc` is read. No quotes, no newlines. */
  readonly env?: Readonly<Record<string, string>>
  readonly maxSessions?: number
  /** Lines of sshd_config; they win over ours. */
  readonly extraConfig?: readonly string[]
}

export interface RunningSshd {
  readonly port: number
  /** The account that the key logs in to: the one that we run as (sshd without root knows no other). */
  readonly user: string
  /** A line for known_hosts. */
  hostKeyLine(alias: string): string
  readonly clientKeyFile: string
  /** What it logged last. */
  log(): string
  /** Ends it with all its sessions and what runs in them. */
  stop(): Promise<void>
}

/** A real sshd on 127.0.0.1, with its own host key, for the key in `<directory>/client_ed25519` only. */
export async function startSshd(options: SshdOptions): Promise<RunningSshd> {
  if (!/^[a-z0-9-]+$/.test(options.name)) throw new Error(`"${options.name}" cannot be the name of a simulated host`)
  const home = resolve(options.directory, options.name)
  await ensureDirectory(home)
  const clientKeyFile = await once(`${resolve(options.directory)}/client_ed25519`, makeKey)
  const hostKeyFile = await once(`${home}/host_ed25519`, makeKey)
  await writeTextFileAtomic(`${home}/authorized_keys`, await readTextFile(`${clientKeyFile}.pub`))
  // Root's sshd wants its empty chroot; the package makes it at boot only, which a container never had.
  if (process.getuid?.() === 0 && (await fileFacts('/run/sshd')) === null) await ensureDirectory('/run/sshd', 0o755)

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? freePort()
    await writeTextFileAtomic(`${home}/sshd_config`, configText(options, home, port))
    const started = await launch(home, options.name)
    if (started.ready) {
      const publicKey = await readTextFile(`${hostKeyFile}.pub`)
      return running(started, port, await accountName(), clientKeyFile, publicKey)
    }
    // Someone may have taken the free port between our look and sshd's bind.
    if (attempt >= 3 || options.port !== undefined) {
      throw new Error(`sshd ${options.name} did not start on 127.0.0.1:${port}: ${started.log()}`)
    }
  }
}

function configText(options: SshdOptions, home: string, port: number): string {
  const path = options.pathPrefix ? `${options.pathPrefix}:${DEFAULT_PATH}` : DEFAULT_PATH
  // A HOME of its own: the account's real .bashrc is slow, and would put its own directories before ours.
  const environment = { PATH: path, HOME: home, ...options.env }
  for (const [name, value] of Object.entries(environment)) {
    if (!/^[A-Za-z_]\w*$/.test(name) || /["'\\\n]/.test(value)) throw new Error(`${name} cannot be set for a login`)
  }
  const extra = options.extraConfig ?? []
  const keyword = (line: string): string => line.trim().split(/\s/)[0]?.toLowerCase() ?? ''
  const given = new Set(extra.map(keyword))
  // Of most keywords sshd takes the first line, of some (MaxStartups) the last: ours step back instead.
  const ours = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${home}/host_ed25519`,
    `AuthorizedKeysFile ${home}/authorized_keys`,
    'PidFile none',
    // The directory is ours and private, but it may lie below a world-writable /tmp.
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'PrintMotd no',
    `MaxSessions ${options.maxSessions ?? 10}`,
    'MaxStartups 100:30:200',
    // One line: sshd reads only the first SetEnv.
    `SetEnv ${Object.entries(environment)
      .map(([name, value]) => `"${name}=${value}"`)
      .join(' ')}`,
  ]
  return [...ours.filter((line) => !given.has(keyword(line))), ...extra, ''].join('\n')
}

interface Launched {
  readonly child: Child
  readonly ready: boolean
  log(): string
}

/** Asked of `id`: the variable USER may be missing in a container, and Bun's userInfo() only reads that. */
async function accountName(): Promise<string> {
  let name = ''
  const child = startChild({
    file: 'id',
    args: ['-un'],
    stdin: 'ignore',
    stdout: 'read',
    onStdout: (chunk) => {
      name += Buffer.from(chunk).toString()
    },
  })
  const exit = await child.exited
  if (exit.exitCode !== 0) throw new Error(`The name of this account is not known: id -un failed (${exit.failure})`)
  return name.trim()
}

async function launch(home: string, name: string): Promise<Launched> {
  const ring = createTextRing(4 * 1024, 12 * 1024)
  const listening = Promise.withResolvers<boolean>()
  const lines = createLineSplitter((line) => {
    ring.push(line)
    if (line.startsWith('Server listening on')) listening.resolve(true)
  })
  const child = startChild({
    file: SSHD,
    args: ['-D', '-e', '-f', `${home}/sshd_config`],
    stdin: 'ignore',
    stdout: 'ignore',
    onStderr: lines.push,
  })
  void child.exited.then((exit) => {
    if (exit.failure !== null) ring.push(`${SSHD} (${name}): ${exit.failure}. Install openssh-server.`)
    listening.resolve(false)
  })
  const timer = setTimeout(() => listening.resolve(false), 15_000)
  const ready = await listening.promise
  clearTimeout(timer)
  if (!ready) child.terminate(500)
  return { child, ready, log: ring.text }
}

function running(
  { child, log }: Launched,
  port: number,
  user: string,
  clientKeyFile: string,
  publicKey: string,
): RunningSshd {
  const [type, key] = publicKey.split(' ')
  return {
    port,
    user,
    hostKeyLine: (alias) => `${alias} ${type} ${key}`,
    clientKeyFile,
    log,
    async stop() {
      // Each session is a process group of its own, out of reach of a signal to the listener's.
      const sessions = child.pid === null ? [] : descendantsOf(child.pid)
      child.terminate(2_000)
      for (const pid of sessions) endProcess(pid)
      await child.exited
    },
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

const made = new Map<string, Promise<string>>()

/** Several servers may start at the same moment in one directory; a file is made once. */
function once(path: string, make: (path: string) => Promise<void>): Promise<string> {
  const before = made.get(path)
  if (before !== undefined) return before
  const making = make(path).then(() => path)
  made.set(path, making)
  return making
}

async function makeKey(path: string): Promise<void> {
  if ((await fileFacts(`${path}.pub`)) !== null && (await fileFacts(path)) !== null) return
  await ensureDirectory(dirname(path))
  await removePath(path)
  const ring = createTextRing()
  const lines = createLineSplitter(ring.push)
  const child = startChild({
    file: 'ssh-keygen',
    args: ['-q', '-t', 'ed25519', '-N', '', '-C', 'zwitness-simulator', '-f', path],
    stdin: 'ignore',
    stdout: 'ignore',
    onStderr: lines.push,
  })
  const exit = await child.exited
  if (exit.exitCode !== 0) throw new Error(`ssh-keygen made no key ${path}: ${exit.failure ?? ring.text()}`)
}

function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}
