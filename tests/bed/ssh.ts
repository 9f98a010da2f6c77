import type { SshClient } from '#lib/ssh/ssh.ts'
import { batch } from './batch.ts'
import type { VirtualClock } from './clock.ts'
import type { FaultBook } from './faults.ts'
import type { BedHost } from './host.ts'
import { transfer } from './transfer.ts'

/** The contract of lib/ssh without ssh: commands run in this process, in virtual time. */
export function bedSsh(hosts: ReadonlyMap<string, BedHost>, faults: FaultBook, clock: VirtualClock): SshClient {
  const hostOf = (id: string): BedHost => {
    const host = hosts.get(id)
    if (host === undefined) throw new Error(`There is no host ${JSON.stringify(id)} in the settings of ssh.`)
    return host
  }
  return {
    batch: (host, commands, options = {}) => batch(hostOf(host), faults, clock, commands, options),
    transfer: (request) =>
      transfer({ from: hostOf(request.source.host), to: hostOf(request.sink.host), faults, clock }, request),
    configure: async () => {},
    reset: () => {},
    close: async () => {},
  }
}
