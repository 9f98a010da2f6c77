import { z } from 'zod'
import type { SnapshotRef as Ref } from '#lib/replication/types/inventory.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { etagOf } from '#lib/runtime/reply.ts'
import { isoSeconds } from '#lib/text/words.ts'

/** Addresses of this API. An id may hold any character, so it is always encoded. */
export function datasetHref(id: string): string {
  return `/api/datasets/${encodeURIComponent(id)}`
}

export function previewHref(id: string): string {
  return `${datasetHref(id)}/preview`
}

export function runHref(id: number | string): string {
  return `/api/runs/${encodeURIComponent(String(id))}`
}

export function runsOfHref(datasetId: string): string {
  return `/api/runs?datasetId=${encodeURIComponent(datasetId)}`
}

export function functionHref(name: string): string {
  return `/api/functions/${encodeURIComponent(name)}`
}

/** An enum whose every value has its sentence in the API document, as a list for people and as data for programs. */
export function describedEnum<const V extends string>(id: string, about: string, values: Readonly<Record<V, string>>) {
  const names = Object.keys(values) as unknown as readonly V[]
  const lines = names.map((name) => `- \`${name}\`: ${values[name]}`)
  return z.enum(names).meta({
    id,
    description: `${about} Clients must expect values that are not listed yet.\n\n${lines.join('\n')}`,
    'x-enumDescriptions': { ...values },
  })
}

/** A moment in an answer. */
export const Timestamp = z.string().meta({
  id: 'Timestamp',
  format: 'date-time',
  description: 'RFC 3339, UTC, with `Z`.',
  examples: ['2026-11-22T14:32:10Z'],
})

/** A moment in a request; another offset than `Z` is taken too. */
export const Moment = z.iso.datetime({ offset: true }).meta({
  format: 'date-time',
  description: 'RFC 3339, for example `2026-11-22T14:32:10Z`.',
})

/** 24 hours, in milliseconds. */
export const DAY_MS = 86_400_000

/** A validated `Moment` → epoch milliseconds. */
export function epoch(moment: string): number {
  return Date.parse(moment)
}

export const Guid = z.string().meta({
  id: 'Guid',
  pattern: '^[0-9]+$',
  description: 'Identity of a snapshot or dataset: an unsigned 64-bit number, as text because it can pass 2^53.',
  examples: ['11805916207174113034'],
})

export const SnapshotRef = z
  .object({
    name: z
      .string()
      .describe('The part after `@`: a label; identity is the guid.')
      .meta({ examples: ['2026-11-22-000000'] }),
    guid: Guid,
    createdAt: Timestamp,
  })
  .meta({ id: 'SnapshotRef', description: 'A snapshot: enough to name and to find it.' })

export function snapshotRef(ref: Ref): z.input<typeof SnapshotRef> {
  return { name: ref.name, guid: ref.guid, createdAt: isoSeconds(ref.creation) }
}

export function snapshotRefOrNull(ref: Ref | null): z.input<typeof SnapshotRef> | null {
  return ref === null ? null : snapshotRef(ref)
}

/** The fields of a list's address. */
export function pagingFields(most: number, standard: number) {
  return {
    limit: z.number().int().min(1).max(most).default(standard).describe('Rows of a page.'),
    cursor: z.string().max(2000).optional().describe('`nextCursor` of the page before.'),
  }
}

export const NextCursor = z.string().nullable().describe('Give it as `cursor` for the next page; null at the end.')

/** What a cursor holds beside the name of its list: the sort key of the last row that was given. */
export type CursorKey = readonly (string | number | null)[]

const Content = z.tuple([z.string()], z.union([z.string(), z.number(), z.null()]))

/** Opaque to clients; `list` names the list and its order, so that a cursor of another one is refused. */
export function encodeCursor(list: string, key: CursorKey): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url')
}

/** @throws Problem 400 BAD_CURSOR */
export function decodeCursor(list: string, length: number, cursor: string): CursorKey {
  const content = Content.safeParse(parsed(cursor))
  if (!content.success || content.data[0] !== list || content.data.length !== length + 1) throw badCursor()
  return content.data.slice(1)
}

export function badCursor(): Problem {
  const detail = 'The cursor is not one of this list in this order. Leave it out to start at the first page.'
  return new Problem(400, 'BAD_CURSOR', detail, { errors: [{ pointer: '/cursor', code: 'BAD_CURSOR', detail }] })
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    // Not JSON is only one more form of "not ours"; the check of the content says so.
    return null
  }
}

/**
 * A tag of what matters in an answer. Its own clock (`asOf`, an uptime) is left out by the caller, or no poll would
 * ever find it unchanged; hence weak: the bytes may differ.
 */
export function weakTag(content: unknown): string {
  return `W/${etagOf(JSON.stringify(content))}`
}

const JSON_LINES = 'application/x-ndjson'

/** Does the client want one record a line? */
export function wantsJsonLines(request: Request | undefined): boolean {
  return (request?.headers.get('accept') ?? '').includes(JSON_LINES)
}

export function jsonLines(records: readonly unknown[]): Response {
  const body = records.map((record) => `${JSON.stringify(record)}\n`).join('')
  return new Response(body, { headers: { 'Content-Type': `${JSON_LINES}; charset=utf-8` } })
}
