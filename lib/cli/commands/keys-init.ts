import { fileFacts } from '#lib/host/file-facts.ts'
import { hostname } from '#lib/host/machine.ts'
import { createKey } from '#lib/ssh/keys.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { ownKeyFile } from '../identity-files.ts'

export const keysInit: Command = {
  name: 'keys init',
  summary: 'Make the ssh key of the witness in the data directory; never replaces one.',
  usage: '',
  operands: [0, 0],
  options: [],
  async run(_, { settings, out }) {
    const file = ownKeyFile(settings)
    if ((await fileFacts(file)) !== null)
      throw new Failure(EXIT.CONFLICT, `There is a key ${file} already; it stays.`, { next: 'zwitness keys show' })
    const made = await createKey(file, `zwitness@${hostname()}`)
    if (out.format === 'json') out.json('key/1', { file, fingerprint: made.fingerprint, publicKey: made.line })
    else if (out.format === 'plain') out.record([file, made.fingerprint, made.line])
    else {
      out.line(`${file}  ${made.fingerprint}`)
      out.line(made.line)
    }
    out.note('Next: zwitness keys show has the lines for the SANs, zwitness known-hosts scan HOST their keys.')
    return EXIT.DONE
  },
}
