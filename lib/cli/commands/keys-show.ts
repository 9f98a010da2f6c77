import { faultLine } from '#config/faults.ts'
import { fileFacts } from '#lib/host/file-facts.ts'
import { publicKeyOf } from '#lib/ssh/keys.ts'
import { type AllowLine, allowLines, needsNoRights } from '../allow-lines.ts'
import type { Command, Context } from '../command.ts'
import { readConfigFile } from '../config-file.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { type IdentityFile, identityFiles } from '../identity-files.ts'
import { paint } from '../text.ts'

export const keysShow: Command = {
  name: 'keys show',
  summary: 'The public key, and the lines that each SAN needs: authorized_keys and zfs allow.',
  usage: '',
  operands: [0, 0],
  options: [],
  help: ['With --plain: "key", file, fingerprint, authorized_keys line; then "allow", host, command.'],
  async run(_, context) {
    const { out, settings } = context
    const { loaded } = readConfigFile(settings)
    const config = loaded.config ?? null
    const keys = await Promise.all((await identityFiles(settings, config)).map(keyOf))
    const allow = config === null ? [] : allowLines(config)
    const without = [...(config?.hosts.values() ?? [])].flatMap((host) => {
      const because = needsNoRights(host)
      return because === null ? [] : [{ host: host.id, because }]
    })
    if (out.format === 'json') out.json('keys/1', { keys, allow })
    else if (out.format === 'plain') {
      for (const { file, fingerprint, authorizedKeys } of keys) out.record(['key', file, fingerprint, authorizedKeys])
      for (const { host, command } of allow) out.record(['allow', host, command])
    } else {
      for (const key of keys) showKey(context, key)
      showAllow(context, allow)
      for (const { host, because } of without) out.line(paint('dim', `# ${host}: ${because}.`))
    }
    if (loaded.faults !== undefined) {
      out.error('Without a valid configuration the zfs allow lines are not known:')
      for (const fault of loaded.faults) out.error(`  ${faultLine(fault)}`)
    }
    return EXIT.DONE
  },
}

interface Key {
  readonly file: string
  readonly hosts: readonly string[]
  readonly fingerprint: string
  readonly publicKey: string
  /** `restrict`: no terminal, no forwarding, whatever a later sshd adds. */
  readonly authorizedKeys: string
}

async function keyOf({ file, hosts }: IdentityFile): Promise<Key> {
  if ((await fileFacts(file)) === null)
    throw new Failure(EXIT.NOT_FOUND, `There is no key ${file}.`, { next: 'zwitness keys init' })
  const { line, fingerprint } = await publicKeyOf(file)
  return { file, hosts, fingerprint, publicKey: line, authorizedKeys: `restrict ${line}` }
}

function showKey({ out }: Context, key: Key): void {
  out.line([
    paint('bold', key.file),
    `  ${key.fingerprint}${key.hosts.length === 0 ? '' : `  for ${key.hosts.join(', ')}`}`,
  ])
  out.line(paint('dim', '# one line in ~/.ssh/authorized_keys of the user that zwitness logs in as:'))
  out.line(key.authorizedKeys)
  out.line()
}

function showAllow({ out }: Context, allow: readonly AllowLine[]): void {
  let host = ''
  for (const each of allow) {
    if (each.host !== host) out.line(paint('dim', `# on ${each.host}, as root:`))
    host = each.host
    out.line(each.command)
  }
  if (allow.some(({ role }) => role === 'backup'))
    out.line(
      paint(
        'dim',
        '# receive:append needs OpenZFS 2.3.2; an older one takes receive, which also lets receive -F through.',
      ),
    )
}
