import { join } from 'node:path'
import type { Config, HostConfig } from '#config/effective.ts'
import { faultLine } from '#config/faults.ts'
import { hostname } from '#lib/host/environment.ts'
import { fileFacts } from '#lib/host/files.ts'
import { shellWord } from '#lib/text/shell.ts'
import { neededOnBackup, neededOnPrimary } from '#lib/zfs/rights.ts'
import type { Command, Context } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import type { Settings } from '../settings.ts'
import { paint } from '../text.ts'
import { readConfigFile } from './config.ts'

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
    const { createKey } = await import('#lib/ssh/keys.ts')
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

export const keysShow: Command = {
  name: 'keys show',
  summary: 'The public key, and the lines that each SAN needs: authorized_keys and zfs allow.',
  usage: '',
  operands: [0, 0],
  options: [],
  help: ['With --plain: "key", file, fingerprint, authorized_keys line; then "allow", host, command.'],
  async run(_, context) {
    const { out, settings } = context
    const { loaded } = await readConfigFile(settings)
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
  const { publicKeyOf } = await import('#lib/ssh/keys.ts')
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

interface AllowLine {
  readonly host: string
  readonly role: 'primary' | 'backup'
  /** To be run on that host as root. */
  readonly command: string
}

/** What an admin runs once on each SAN, so that the witness may do its work there and no more. Hosts that need none are left out. */
function allowLines(config: Config): readonly AllowLine[] {
  const lines = config.datasets.flatMap(({ primary, backup }) => [
    allowLine(config, 'primary', primary.host, primary.dataset),
    allowLine(config, 'backup', backup.host, parentOf(backup.dataset)),
  ])
  const seen = new Set<string>()
  return lines
    .filter((each) => each !== null)
    .filter(({ host, command }) => !seen.has(`${host} ${command}`) && seen.add(`${host} ${command}`))
    .toSorted((a, b) => a.host.localeCompare(b.host))
}

/** Why `zfs allow` has no meaning on a host, or null where it is needed. */
function needsNoRights({ sshUser, zfsCommand }: HostConfig): string | null {
  if (sshUser === 'root')
    return 'zwitness logs in as root there; a user of its own with zfs allow could destroy nothing'
  return zfsCommand[0] === 'sudo' ? 'zfs runs through sudo there; zfs allow instead could destroy nothing' : null
}

function allowLine(config: Config, role: AllowLine['role'], id: string, dataset: string): AllowLine | null {
  const host = config.hosts.get(id)
  if (host === undefined || needsNoRights(host) !== null) return null
  const needed =
    role === 'primary'
      ? neededOnPrimary(dataset, { anchors: true, recursive: true })
      : // Enough to receive and to set aside, and nothing that destroys: with `receive:append`, `receive -F` is refused.
        neededOnBackup(dataset, { appendOnly: true, properties: [], recursive: true })
  const rights = needed.map(({ right }) => right).join(',')
  return { host: id, role, command: `zfs allow -u ${shellWord(host.sshUser)} ${rights} ${shellWord(dataset)}` }
}

/** Rights given on the backup itself would go away with it when it is set aside. */
function parentOf(dataset: string): string {
  const at = dataset.lastIndexOf('/')
  return at < 0 ? dataset : dataset.slice(0, at)
}

interface IdentityFile {
  readonly file: string
  /** Hosts that are reached with it; empty where the configuration could not be read. */
  readonly hosts: readonly string[]
}

/** The key that `keys init` makes. */
function ownKeyFile({ dataDirectory }: Pick<Settings, 'dataDirectory'>): string {
  return join(dataDirectory, 'ssh', 'id_ed25519')
}

/** Each private key with the hosts that it is for: a host's own, else the one beside the configuration, else our own. */
async function identityFiles(settings: Settings, config: Config | null): Promise<readonly IdentityFile[]> {
  const beside = join(settings.configDirectory, 'id_ed25519')
  const usual = (await fileFacts(beside)) === null ? ownKeyFile(settings) : beside
  const hosts = [...(config?.hosts.values() ?? [])]
  if (hosts.length === 0) return [{ file: usual, hosts: [] }]
  const files = new Map<string, string[]>()
  for (const { id, identityFile } of hosts) {
    const file = identityFile ?? usual
    files.set(file, [...(files.get(file) ?? []), id])
  }
  return [...files].map(([file, ids]) => ({ file, hosts: ids }))
}
