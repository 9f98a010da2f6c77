import { dirname, join } from 'node:path'
import { ensureDirectory } from '#lib/host/directory.ts'
import { fileFacts } from '#lib/host/file-facts.ts'
import { acceptHostKey } from '#lib/ssh/known-hosts.ts'
import type { Command } from '../command.ts'
import { configuredHost, keysShownBy } from '../configured-host.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'

export const knownHostsAccept: Command = {
  name: 'known-hosts accept',
  summary: 'Pin the host key with this fingerprint; any other one is refused from then on.',
  usage: '<host> <fingerprint>',
  operands: [2, 2],
  options: [],
  async run({ operands: [id = '', fingerprint = ''] }, { settings, out }) {
    const host = configuredHost(settings, id)
    const keys = await keysShownBy(host)
    const file = join(settings.dataDirectory, 'ssh', 'known_hosts')
    if ((await fileFacts(dirname(file))) === null) await ensureDirectory(dirname(file))
    const answer = await acceptHostKey(file, id, keys, fingerprint)
    if (!answer.accepted) throw new Failure(EXIT.REFUSED, answer.reason, { next: `zwitness known-hosts scan ${id}` })
    if (out.format === 'json') out.json('host-key/1', { host: id, file, line: answer.line, already: answer.already })
    else if (out.format === 'plain') out.record([id, file, answer.line])
    else out.line(`${id}: ${answer.already ? 'was accepted already' : 'accepted'}, in ${file}.`)
    return EXIT.DONE
  },
}
