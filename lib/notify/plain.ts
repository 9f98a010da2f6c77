import { cleanLine } from '#lib/text/clean.ts'
import { counted } from '#lib/text/words.ts'
import type { Message, Severity } from './message.ts'

/*
 * What a message says, before a channel gives it a form. Names and sentences hold what SANs said: here they lose whatever no one
 * can see, end where they are too long, and hold no address that a program would make a link of. Each channel escapes the rest
 * in its own way.
 */

const LONGEST_TITLE = 300
const LONGEST_PARAGRAPH = 2000
const MOST_PARAGRAPHS = 30

/** The title and its paragraphs, each one line of plain text. */
export interface Plain {
  readonly title: string
  readonly paragraphs: readonly string[]
  /** One line a dataset, where there are several. */
  readonly datasets: readonly string[]
  /** The page that shows it; null without `server.public_url`. */
  readonly link: string | null
}

/** For people. `mostDatasets`: how many of them are named. */
export function plainOf(message: Message, publicUrl: string | null, mostDatasets = 10): Plain {
  return {
    title: line(message.title, LONGEST_TITLE),
    paragraphs: message.paragraphs.slice(0, MOST_PARAGRAPHS).map((text) => line(text, LONGEST_PARAGRAPH)),
    datasets: message.datasetCount > 1 ? datasetLines(message, mostDatasets) : [],
    link: linkTo(publicUrl, message.path),
  }
}

/** One block of text: paragraphs, datasets, and with `link` the address at its end. */
export function textOf({ paragraphs, datasets, link }: Plain, { withLink }: { readonly withLink: boolean }): string {
  return [
    ...paragraphs,
    ...(datasets.length === 0 ? [] : [datasets.join('\n')]),
    ...(withLink && link ? [link] : []),
  ].join('\n\n')
}

function datasetLines({ datasets, datasetCount }: Message, most: number): readonly string[] {
  const shown = datasets.slice(0, most).map(({ primary, backup }) => `${line(primary, 300)} → ${line(backup, 300)}`)
  const more = datasetCount - shown.length
  return more > 0 ? [...shown, `and ${counted(more, shown.length === 0 ? 'dataset' : 'more dataset')}`] : shown
}

function line(text: string, most: number): string {
  return unlinked(cleanLine(text, most)).trim()
}

/** `http://x` is text, but to most programs that show it also a link. With a blank in it, it can be read and is none. */
function unlinked(text: string): string {
  return text.replaceAll(/:\/(?=\/)/g, ': /')
}

/** Only ever below `server.public_url`. */
export function linkTo(publicUrl: string | null, path: string): string | null {
  if (publicUrl === null) return null
  const base = `${publicUrl.replace(/\/+$/, '')}/`
  const page = `${base}${path.replace(/^\/+/, '')}`
  if (!URL.canParse(page)) return null
  const { href } = new URL(page)
  return href.startsWith(new URL(base).href) ? href : null
}

/** What a message is to the one who reads it: how it is marked, besides by its words. */
export interface Mark {
  readonly kind: 'failure' | 'warning' | 'success' | 'info'
  readonly emoji: string
  /** The same as a short name, as ntfy has it. */
  readonly tag: string
  /** Red, green and blue as one number. */
  readonly colour: number
}

const BY_SEVERITY: Readonly<Record<Severity, Mark>> = {
  critical: { kind: 'failure', emoji: '🚨', tag: 'rotating_light', colour: 0xc62828 },
  warning: { kind: 'warning', emoji: '⚠️', tag: 'warning', colour: 0xf9a825 },
  info: { kind: 'info', emoji: 'ℹ️', tag: 'information_source', colour: 0x1565c0 },
}
const GOOD: Mark = { kind: 'success', emoji: '✅', tag: 'white_check_mark', colour: 0x2e7d32 }

export function markOf({ event, severity, state }: Message): Mark {
  const isGood = event.endsWith('.recovered') || event === 'repair.succeeded' || state === 'RESOLVED'
  return isGood ? GOOD : BY_SEVERITY[severity]
}

/** At most `most` UTF-16 units, each sign in the form that `escaped` gives it: no escape is cut in two. */
export function upTo(text: string, most: number, escaped: (sign: string) => string = (sign) => sign): string {
  return bounded(text, most, escaped, (part) => part.length)
}

/** At most `most` bytes of UTF-8. */
export function upToBytes(text: string, most: number): string {
  return bounded(text, most, (sign) => sign, Buffer.byteLength)
}

function bounded(
  text: string,
  most: number,
  escaped: (sign: string) => string,
  sizeOf: (part: string) => number,
): string {
  const ellipsis = '…'
  const room = most - sizeOf(ellipsis)
  let kept = ''
  let size = 0
  let whole = ''
  for (const sign of text) {
    const part = escaped(sign)
    size += sizeOf(part)
    if (size > most) return `${kept}${ellipsis}`
    whole += part
    if (size <= room) kept = whole
  }
  return whole
}
