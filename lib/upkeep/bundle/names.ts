import { mapTexts } from './texts.ts'

// Names of an installation, replaced by numbered ones, the same everywhere: what happened can still be followed.

type Kind = 'host' | 'pool' | 'dataset' | 'user' | 'pair' | 'channel' | 'address' | 'domain' | 'mail' | 'fingerprint'

export interface Names {
  readonly hosts: readonly { readonly id: string; readonly hostname: string | null }[]
  /** Whole names, `pool/a/b`. */
  readonly datasets: readonly string[]
  readonly users: readonly string[]
  readonly pairs: readonly string[]
  readonly channels: readonly string[]
  /** Of this machine, and by which the service is called. */
  readonly machines: readonly string[]
}

/**
 * Words that say what something is: a dataset or a user may be called so, and that tells nobody anything. They are replaced
 * as part of a whole dataset name alone.
 */
const OF_ALL = new Set(
  'all admin audit auto backup backups check data dataset datasets default host hosts http https local localhost log logs main manual none null operator pair pool pools primary repair root run runs scan schedule scheduler service snapshot snapshots ssh start status system tank test token user users vault verify viewer witness zfs zpool zwitness'.split(
    ' ',
  ),
)

const IPV4 = /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]*\d)/g
/** Also the addresses of network cards. A time has fewer colons. */
const IPV6 =
  /(?<![\w:.])(?:(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:)+(?::[0-9a-f]{1,4})+|(?:[0-9a-f]{1,4}:){1,7}:)(?![\w:])/gi
/** Not the snapshot of a dataset. */
const MAIL = /(?<![\w/.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?![\w-])/gi
const FINGERPRINT = /SHA256:[A-Za-z0-9+/]{43}/g
const HOME = /(\/(?:home|Users)\/)([^/\s"']+)/g
const NOBODYS = new Set(['0.0.0.0', '127.0.0.1', '255.255.255.255', '::', '::1'])

export function nameReplacer(names: Names): <T>(document: T) => T {
  const given = new Map<string, string>()
  const counts = new Map<Kind, number>()
  /** The same name, the same number. */
  const named = (kind: Kind, name: string): string => {
    const key = `${kind === 'dataset' || kind === 'pool' ? kind : ''} ${name.toLowerCase()}`
    const before = given.get(key)
    if (before !== undefined) return before
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    given.set(key, `${kind}-${count}`)
    return `${kind}-${count}`
  }
  const words = new Words()
  const add = (kind: Kind, name: string): void => {
    if (name !== '' && !OF_ALL.has(name.toLowerCase())) words.add(name, named(kind, name))
  }
  const instead = (name: string): string =>
    name
      .split('/')
      .map((part, depth) => named(depth === 0 ? 'pool' : 'dataset', part))
      .join('/')

  for (const { id, hostname } of names.hosts) {
    add('host', id)
    if (hostname !== null && !isAddress(hostname)) addMachine(hostname)
  }
  for (const machine of names.machines) if (!isAddress(machine)) addMachine(machine)
  for (const name of names.datasets) {
    words.add(name, instead(name))
    const [pool = '', ...rest] = name.split('/')
    add('pool', pool)
    for (const part of rest) add('dataset', part)
  }
  for (const name of names.pairs) add('pair', name)
  for (const name of names.users) add('user', name)
  for (const name of names.channels) add('channel', name)

  function addMachine(name: string): void {
    const [label = '', ...domain] = name.split('.')
    add('host', label)
    if (domain.length > 1) words.add(domain.join('.'), named('domain', domain.join('.')))
  }

  /** What stands below a pool that is known. */
  const below = /\b(pool-\d+)((?:\/[\w.:%-]+)+)/g
  const text = (before: string): string =>
    words
      .replaced(
        before
          .replace(FINGERPRINT, (print) => named('fingerprint', print))
          .replace(MAIL, (mail) => named('mail', mail))
          .replace(HOME, (_, folder: string, user: string) => `${folder}${named('user', user)}`)
          .replace(IPV4, (address) => (NOBODYS.has(address) ? address : named('address', address)))
          .replace(IPV6, (address) => (NOBODYS.has(address) ? address : named('address', address))),
      )
      .replace(below, (_, pool: string, rest: string) =>
        [
          pool,
          ...rest
            .slice(1)
            .split('/')
            .map((part) => (/^dataset-\d/.test(part) ? part : named('dataset', part))),
        ].join('/'),
      )
  /** What a person typed may name anything; a reason code is none of that. */
  const typed = (value: string, key: string | null): boolean => key === 'reason' && !/^[A-Z0-9_]*$/.test(value)
  return <T>(document: T): T =>
    mapTexts(
      document,
      (value, key) => (typed(value, key) ? '(typed by a person)' : text(value)),
      (key) => words.exactly(key) ?? key,
    ) as T
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(':')
}

interface Node {
  readonly next: Map<string, Node>
  to: string | null
}

/** Many names found at once, the longest that fits, whatever their case; each as a whole, never within a longer word. */
class Words {
  readonly #root: Node = { next: new Map(), to: null }

  add(name: string, to: string): void {
    let node = this.#root
    for (const piece of piecesOf(name.toLowerCase())) {
      const next: Node = node.next.get(piece) ?? { next: new Map(), to: null }
      node.next.set(piece, next)
      node = next
    }
    node.to ??= to
  }

  exactly(name: string): string | null {
    const pieces = piecesOf(name.toLowerCase())
    const found = this.#longest(pieces, 0)
    return found?.pieces === pieces.length ? found.to : null
  }

  replaced(text: string): string {
    const pieces = piecesOf(text)
    const lower = pieces.map((piece) => piece.toLowerCase())
    const out: string[] = []
    for (let at = 0; at < pieces.length; ) {
      const found = this.#longest(lower, at)
      out.push(found?.to ?? pieces[at] ?? '')
      at += found?.pieces ?? 1
    }
    return out.join('')
  }

  #longest(pieces: readonly string[], from: number): { readonly to: string; readonly pieces: number } | null {
    let node: Node | undefined = this.#root
    let best: { to: string; pieces: number } | null = null
    for (let at = from; at < pieces.length; at++) {
      node = node.next.get(pieces[at] ?? '')
      if (node === undefined) break
      if (node.to !== null) best = { to: node.to, pieces: at - from + 1 }
    }
    return best
  }
}

/** Runs of letters and digits, and each other character by itself. */
function piecesOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]/gu) ?? []
}
