import { join } from 'node:path'
import { linesOf, readKnownLines } from '#lib/ssh/known-hosts.ts'
import type { Command } from '../command.ts'
import { validConfig } from '../config-file.ts'
import { configuredHost, keysShownBy } from '../configured-host.ts'
import { EXIT } from '../exit-codes.ts'
import { paint } from '../text.ts'

export const knownHostsScan: Command = {
  name: 'known-hosts scan',
  summary: 'The ssh host keys that a SAN shows now, to be compared; accepts none.',
  usage: '<host>',
  operands: [1, 1],
  options: [],
  help: [
    'Compare them with what the SAN itself says: for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$f"; done',
    'With --plain: host, type, fingerprint, "accepted" or "new".',
  ],
  async run({ operands: [id = ''] }, { settings, out }) {
    const host = configuredHost(settings, id)
    const keys = await keysShownBy(host)
    const own = validConfig(settings).ssh.knownHostsFile ?? join(settings.configDirectory, 'known_hosts')
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
