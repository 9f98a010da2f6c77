import type { Random } from '#tests/bed/random.ts'

/** What one command of the hostile SAN said. */
export interface Answer {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

export type Kind =
  | 'clock'
  | 'pools'
  | 'datasets'
  | 'snapshots'
  | 'written'
  | 'properties'
  | 'estimate'
  | 'token'
  | 'rights'
  | 'version'
  | 'other'
  | 'write'

export function kindOf(argv: readonly string[]): Kind {
  const words = argv[0] === 'sudo' ? argv.slice(argv.indexOf('zfs')) : argv
  const [tool, verb] = words
  const has = (word: string): boolean => words.includes(word)
  if (tool === 'date') return 'clock'
  if (tool === 'zpool') return verb === 'list' ? 'pools' : 'other'
  if (verb === 'list') {
    const types = words[words.indexOf('-t') + 1] ?? ''
    return has('-t') && types.startsWith('filesystem') ? 'datasets' : has('-t') ? 'snapshots' : 'other'
  }
  if (verb === 'get') return words.some((word) => word.startsWith('written@')) ? 'written' : 'properties'
  if (verb === 'send') return has('-t') ? 'token' : 'estimate'
  if (verb === 'allow') return 'rights'
  if (verb === 'version') return 'version'
  if (verb === 'holds') return 'other'
  return 'write'
}

/** The columns of a listing, as they were asked for. */
export function columnsOf(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('-o')
  return at < 0 ? [] : (argv[at + 1] ?? '').split(',')
}

export interface HonestSnapshot {
  readonly name: string
  readonly guid: string
  readonly txg: number
  readonly time: number
}

/** What a lie may be made of. */
export interface Scene {
  readonly random: Random
  readonly argv: readonly string[]
  readonly kind: Kind
  /** Does the SAN lie about this dataset in this look? */
  readonly about: (dataset: string) => boolean
  /** Of the honest other side of the mapping that this dataset of the hostile SAN is in; it may have been told. */
  readonly otherSide: (dataset: string) => readonly HonestSnapshot[]
  /** A dataset of an honest SAN. */
  readonly somebodyElses: () => string
  /** A token for a snapshot of an honest SAN, or of the hostile one, with flags of its choice. */
  readonly token: (random: Random, dataset: string) => string
  /** What it answered to the same command the first time. */
  readonly before: Answer | null
}

export type Row = string[]

export const rowsOf = (text: string): Row[] =>
  text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => line.split('\t'))
export const textOf = (rows: readonly Row[]): string => rows.map((row) => `${row.join('\t')}\n`).join('')

/** Rows of what it lies about; a listing of pools has no other. */
export function chosen(rows: readonly Row[], { about, kind }: Scene): number[] {
  return rows.flatMap((row, index) => (kind === 'pools' || about(row[0] ?? '') ? [index] : []))
}
