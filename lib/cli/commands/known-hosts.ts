import { dirname, join } from 'node:path'
import type { HostConfig } from '#config/effective.ts'
import { didYouMean } from '#config/faults.ts'
import { ensureDirectory, fileFacts } from '#lib/host/files.ts'
import { noSuchHost } from '#lib/replication/words.ts'
import type { HostKey } from '#lib/ssh/known-hosts.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import type { Settings } from '../settings.ts'
import { paint } from '../text.ts'
import { validConfig } from './config.ts'

export const knownHostsScan: Command = {
  name: 'known-hosts scan',
  summary: 'The ssh host keys that a SAN shows now, to be compared; accepts none.',
  usage: '<host>',
  operands: [1, 1],
  proposes: ['host'],
  options: [],
  help: [
    'Compare them with what the SAN itself says: for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$f"; done',
    'With --plain: host, type, fingerprint, "accepted" or "new".',
  ],
  async run({ operands: [id = ''] }, { settings, out }) {
    const host = await configuredHost(settings, id)
    const keys = await keysShownBy(host)
    const { linesOf, readKnownLines } = await import('#lib/ssh/known-hosts.ts')
    const config = await validConfig(settings)
    const own = config.ssh.knownHostsFile ?? join(settings.configDirectory, 'known_hosts')
    const lines = await readKnownLines([own, join(settings.dataDirectory, 'ssh', 'known_hosts')])
    const accepted = new Set(linesOf(lines, host).flatMap(({ kind, key }) => (kind === 'key' ? [key.fingerprint] : [])))
    const rows = keys.map(({ type, fingerprint }) => ({ type, fingerprint, accepted: accepted.has(fingerprint) }))
    if (out.format === 'json')
      out.json('host-keys/1', { host: id, hostname: host.hostname, port: host.port, keys: rows })
    else if (out.format === 'plain')
      for (const row of rows) out.record([id, row.type, row.fingerprint, row.accepted ? 'accepted' : 'new'])
    else {
      out.line(`${id} (${host.hostname} port ${host.port}) shows:`)
      for (const row of rows)
        out.line([
          '  ',
          row.fingerprint,
          `  ${row.type}  `,
          row.accepted ? paint('green', 'accepted') : paint('yellow', 'new'),
        ])
    }
    const fresh = rows.find((row) => !row.accepted)
    if (rows.every((row) => !row.accepted) && fresh !== undefined) {
      out.note('Whoever stands in between shows keys too: compare them with the SAN itself first.')
      out.note(`Then: zwitness known-hosts accept ${id} ${fresh.fingerprint}`)
    }
    return EXIT.DONE
  },
}

export const knownHostsAccept: Command = {
  name: 'known-hosts accept',
  summary: 'Pin the host key with this fingerprint; any other one is refused from then on.',
  usage: '<host> <fingerprint>',
  operands: [2, 2],
  proposes: ['host', []],
  options: [],
  async run({ operands: [id = '', fingerprint = ''] }, { settings, out }) {
    const host = await configuredHost(settings, id)
    const keys = await keysShownBy(host)
    const file = join(settings.dataDirectory, 'ssh', 'known_hosts')
    if ((await fileFacts(dirname(file))) === null) await ensureDirectory(dirname(file))
    const { acceptHostKey } = await import('#lib/ssh/known-hosts.ts')
    const answer = await acceptHostKey(file, id, keys, fingerprint)
    if (!answer.accepted) throw new Failure(EXIT.REFUSED, answer.reason, { next: `zwitness known-hosts scan ${id}` })
    if (out.format === 'json') out.json('host-key/1', { host: id, file, line: answer.line, already: answer.already })
    else if (out.format === 'plain') out.record([id, file, answer.line])
    else out.line(`${id}: ${answer.already ? 'was accepted already' : 'accepted'}, in ${file}.`)
    return EXIT.DONE
  },
}

/** @throws Failure 3 for an id that the configuration does not have */
async function configuredHost(settings: Settings, id: string): Promise<HostConfig> {
  const { hosts } = await validConfig(settings)
  const host = hosts.get(id)
  if (host !== undefined) return host
  const known = [...hosts.keys()]
  throw new Failure(EXIT.NOT_FOUND, noSuchHost(id, known, didYouMean(id, known)), { next: 'zwitness config show' })
}

/** @throws Failure 75 when it shows none, 5 behind a jump host */
async function keysShownBy({
  id,
  hostname,
  port,
  proxyJump,
  connectTimeoutSeconds,
}: HostConfig): Promise<readonly HostKey[]> {
  if (proxyJump !== null) {
    const message = `${id} is behind ${proxyJump}, so its keys cannot be asked for from here.`
    throw new Failure(EXIT.REFUSED, message, {
      next: `ssh-keygen -lf on ${id} itself, and its line by hand into ssh/known_hosts of the data directory, with ${id} as the name`,
    })
  }
  try {
    const { scanHostKeys } = await import('#lib/ssh/known-hosts.ts')
    return await scanHostKeys(hostname, port, connectTimeoutSeconds)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(EXIT.LATER, message, { next: `the same again when ${id} is on`, cause })
  }
}
