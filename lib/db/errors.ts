import { SQLiteError } from 'bun:sqlite'

export type StoreErrorKind = 'full' | 'busy' | 'corrupt' | 'read-only' | 'constraint' | 'missing' | 'io' | 'other'

/** Every failure of the database; callers branch on `kind`. `code` is SQLite's own (`SQLITE_FULL`), '' where it has none. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly kind: StoreErrorKind
  readonly code: string

  constructor(kind: StoreErrorKind, message: string, options?: { readonly code?: string; readonly cause?: unknown }) {
    super(message, { cause: options?.cause })
    this.kind = kind
    this.code = options?.code ?? ''
  }
}

/** The database was written by a newer version; opening it could lose what that version added. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew'
  readonly found: number
  readonly known: number

  constructor(file: string, found: number, known: number) {
    super(
      `The database ${file} has schema ${found}, but this zwitness only knows up to ${known}. ` +
        `Start the version that wrote it, or stop zwitness, put back a copy made before the upgrade (${file}.before-…) and start again.`,
    )
    this.found = found
    this.known = known
  }
}

/** A paging cursor that this list never gave out. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor'

  constructor(list: string) {
    super(`The cursor is not one of the list "${list}". Leave it out to start at the first page.`)
  }
}

const KINDS: readonly (readonly [prefix: string, kind: StoreErrorKind, cure: string])[] = [
  ['SQLITE_FULL', 'full', 'The disk of the data directory is full. Free space there; nothing was changed.'],
  [
    'SQLITE_BUSY',
    'busy',
    'Another process holds the database. Try again; let only one zwitness use the data directory.',
  ],
  ['SQLITE_LOCKED', 'busy', 'The database is locked. Try again.'],
  [
    'SQLITE_CORRUPT',
    'corrupt',
    'The database is damaged. Restart zwitness: it moves the file aside and starts a new one.',
  ],
  [
    'SQLITE_NOTADB',
    'corrupt',
    'The file is not a database. Restart zwitness: it moves the file aside and starts a new one.',
  ],
  ['SQLITE_READONLY', 'read-only', 'The data directory is read-only. Mount it writable for the user zwitness runs as.'],
  ['SQLITE_CANTOPEN', 'io', 'The database cannot be opened. Check that the data directory exists and is writable.'],
  ['SQLITE_IOERR', 'io', 'The disk of the data directory reports an error. Check the disk and its free space.'],
  ['SQLITE_CONSTRAINT', 'constraint', 'The database refuses the row; nothing was changed.'],
]

/** SQLite's error as ours; anything else is handed on as it is. */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof SQLiteError)) return error
  const code = error.code ?? ''
  const known = KINDS.find(([prefix]) => code.startsWith(prefix))
  const message = known ? `${known[2]} (${error.message})` : `The database answers: ${error.message}`
  return new StoreError(known?.[1] ?? 'other', message, { code, cause: error })
}
