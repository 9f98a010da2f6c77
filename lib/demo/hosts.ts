import { generateKeyPairSync } from 'node:crypto'
import { ensureDirectory, fileFacts, readTextFile, writeTextFileAtomic } from '#lib/host/files.ts'
import { type RunningSshd, startSshd } from '#simulator/sshd.ts'
import { installStandIn } from '#simulator/stand-in.ts'
import type { HostId } from './scenario.ts'
import type { World } from './world.ts'

/** How the witness reaches the hosts of the demo. */
export interface Hosts {
  readonly user: string
  readonly ports: Readonly<Record<HostId, number>>
  readonly clientKeyFile: string
  /** Lines for known_hosts. */
  readonly knownHosts: readonly string[]
  /** The ssh client to be used instead of `ssh`, or null. */
  readonly standIn: string | null
  stop(): Promise<void>
}

const SSHD = '/usr/sbin/sshd'

/** Is there an sshd to be had? */
export const hasSshd = async (): Promise<boolean> => (await fileFacts(SSHD)) !== null

/** A real sshd for each host that answers; the others get a port where no one does. */
export async function startHosts(directory: string, world: World, binDirectory: string): Promise<Hosts> {
  const running = new Map<HostId, RunningSshd>()
  const stop = async (): Promise<void> => {
    await Promise.all([...running.values()].map((sshd) => sshd.stop()))
  }
  try {
    for (const [name, simulator] of world) {
      const env = { ZWITNESS_SIM_DIR: simulator.directory }
      running.set(name, await startSshd({ directory, name, pathPrefix: binDirectory, env, maxSessions: 20 }))
    }
    running.set('hqs3', await startSshd({ directory, name: 'hqs3', extraConfig: ['AuthorizedKeysFile none'] }))
    const one = running.get('hqs7')
    const other = running.get('hqs1')
    if (one === undefined || other === undefined) throw new Error('The demo has no SANs.')
    return {
      user: one.user,
      clientKeyFile: one.clientKeyFile,
      ports: portsOf((id) => running.get(id)?.port),
      // hqs4 is hqs7 by another name, with the key of hqs1 expected there.
      knownHosts: [...[...running].map(([id, sshd]) => sshd.hostKeyLine(id)), other.hostKeyLine('hqs4')],
      standIn: null,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** No sshd: a program that takes the ssh client's place and runs the commands here, in the SAN's surroundings. */
export async function standInHosts(directory: string, world: World, binDirectory: string): Promise<Hosts> {
  await ensureDirectory(directory)
  const clientKeyFile = `${directory}/client_ed25519`
  // No one asks for it here, but the witness looks at its key before it calls ssh, and ssh-keygen may be missing too.
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeTextFileAtomic(clientKeyFile, String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  const answering = [...world].map(([id, simulator]) => [
    id,
    { environment: { PATH: `${binDirectory}:/usr/local/bin:/usr/bin:/bin`, ZWITNESS_SIM_DIR: simulator.directory } },
  ])
  const standIn = await installStandIn(directory, {
    ...Object.fromEntries(answering),
    hqs2: { refusal: 'ssh: connect to host 127.0.0.1 port 2: Connection refused' },
    hqs3: { refusal: 'witness@127.0.0.1: Permission denied (publickey).' },
    hqs4: {
      refusal: '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.',
    },
    hqs5: { refusal: 'ssh: connect to host 127.0.0.1 port 5: Connection refused' },
  })
  return { user: 'witness', clientKeyFile, ports: portsOf(() => 22), knownHosts: [], standIn, async stop() {} }
}

function portsOf(known: (id: HostId) => number | undefined): Hosts['ports'] {
  const port = (id: HostId): number => known(id) ?? unusedPort()
  return {
    hqs8: port('hqs8'),
    hqs10: port('hqs10'),
    hqs1: port('hqs1'),
    hqs7: port('hqs7'),
    hqs2: unusedPort(),
    hqs3: port('hqs3'),
    hqs4: port('hqs7'),
    hqs5: unusedPort(),
    hqs6: port('hqs6'),
  }
}

/** Free a moment ago; it is not meant to be listened on. */
function unusedPort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}

/** Puts key and known hosts where the service looks for them. */
export async function writeClientFiles(hosts: Hosts, configDirectory: string): Promise<void> {
  await ensureDirectory(configDirectory)
  await writeTextFileAtomic(`${configDirectory}/id_ed25519`, await readTextFile(hosts.clientKeyFile))
  await writeTextFileAtomic(`${configDirectory}/known_hosts`, `${hosts.knownHosts.join('\n')}\n`)
}
