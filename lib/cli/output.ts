import type { Io } from './io.ts'
import type { Settings } from './settings.ts'
import { type Column, paint, rendered, type Text, tableLines } from './text.ts'

/** The two streams: data on stdout, messages on stderr. */
export interface Output {
  readonly format: Settings['format']
  /** A line of data for a person. */
  line(text?: Text): void
  table(columns: readonly Column[], rows: readonly (readonly Text[])[]): void
  /** A record of `--plain`. Null is an empty field. */
  record(fields: readonly (string | number | boolean | null)[]): void
  /** The document of `--json`; `schema` is its name and version. */
  json(schema: string, value: object): void
  /** One JSON document a line, for what has no end. */
  jsonLine(schema: string, value: object): void
  /** A document of the service or a file as it is. */
  raw(value: unknown): void
  /** A message; not with `--quiet`. */
  note(text: Text): void
  /** A message with `--verbose`. */
  detail(text: Text): void
  error(text: Text): void
}

export function createOutput(io: Io, settings: Pick<Settings, 'format' | 'quiet' | 'verbose' | 'colour'>): Output {
  const { format, quiet, verbose, colour } = settings
  const line = (text: Text = ''): void => io.stdout(`${rendered(text, colour.stdout)}\n`)
  const message = (text: Text): void => io.stderr(`${rendered(text, colour.stderr)}\n`)
  return {
    format,
    line,
    table(columns, rows) {
      const width = io.stdoutIsTty ? io.columns : Number.POSITIVE_INFINITY
      for (const text of tableLines(columns, rows, width)) line(text)
    },
    record: (fields) =>
      io.stdout(`${fields.map((field) => (field === null ? '' : rendered(String(field), false))).join('\t')}\n`),
    json: (schema, value) => io.stdout(`${safeJson({ schema, ...value }, 2)}\n`),
    jsonLine: (schema, value) => io.stdout(`${safeJson({ schema, ...value }, 0)}\n`),
    raw: (value) => io.stdout(`${safeJson(value, 2)}\n`),
    note: (text) => (quiet ? undefined : message(text)),
    detail: (text) => (verbose && !quiet ? message(paint('dim', rendered(text, false))) : undefined),
    error: message,
  }
}

/**
 * JSON leaves DEL, the C1 controls (an 8-bit terminal obeys them) and the characters that turn text around as they are.
 * Escaped they mean the same to a program and nothing to a terminal.
 */
function safeJson(value: unknown, indent: number): string {
  return JSON.stringify(value, null, indent).replaceAll(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
