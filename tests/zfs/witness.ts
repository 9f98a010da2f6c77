import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Home } from '#tests/witness/home.ts'
import { Service } from '#tests/witness/service.ts'
import { type Lab, SANS, type San } from './lab.ts'

export { freePort } from '#tests/witness/service.ts'
export { until } from '#tests/witness/until.ts'

/** The service as a process of its own, with directories of its own, against the lab. */
export class Witness extends Service {
  readonly #lab: Lab

  constructor(lab: Lab, yaml: string) {
    super(
      new Home({
        yaml: withPorts(lab, yaml),
        identityFile: join(lab.directory, 'id_ed25519'),
        knownHosts: knownHosts(lab, yaml),
      }),
    )
    this.#lab = lab
  }

  get directory(): string {
    return this.home.directory
  }

  configure(yaml: string): void {
    this.home.configure(withPorts(this.#lab, yaml))
  }
}

/** A line for each host of the configuration, which may reach one SAN under several ids (another login, another zfs). */
function knownHosts(lab: Lab, yaml: string): string {
  const keys = readFileSync(join(lab.directory, 'known_hosts'), 'utf8')
  const hosts = [...yaml.matchAll(/^ {2}(\S+):\s+\{ hostname: (\w+)\.storage\.local/gm)]
  const ids = new Map([
    ...SANS.map((san) => [san, san] as const),
    ...hosts.map(([, id = '', san = '']) => [id, san] as const),
  ])
  return [...ids]
    .map(([id, san]) => {
      const line = keys.split('\n').find((each) => each.startsWith(`[127.0.0.1]:${lab.ports[san as San]} `))
      return `${id} ${line?.split(' ').slice(1).join(' ')}`
    })
    .join('\n')
}

/** The users' own YAML with the lab's address and ports in place of their host names. */
function withPorts(lab: Lab, yaml: string): string {
  return SANS.reduce(
    (text, san) => text.replaceAll(`hostname: ${san}.storage.local`, `hostname: 127.0.0.1, port: ${lab.ports[san]}`),
    yaml,
  )
}
