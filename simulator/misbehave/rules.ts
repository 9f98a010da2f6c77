import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writeJson } from '../state/files.ts'

/** One way in which commands that match go wrong. Fields add up. */
export interface Misbehaviour {
  /** Regular expression on the command as typed, as `^zfs receive .*tank/b`. */
  readonly match: string
  /** How many commands it hits; missing: all. */
  readonly times?: number
  /** Wait before anything else, in ms. */
  readonly delayMs?: number
  /** Never answer. */
  readonly hang?: boolean
  /** Throttle of a stream, bytes per second. */
  readonly bytesPerSecond?: number
  /** So many bytes pass before `bytesPerSecond` holds; missing: none. */
  readonly throttleAfterBytes?: number
  /** Stop moving a stream after this many bytes, without an end. */
  readonly stallAfterBytes?: number
  /** End in the midst of a stream, with `exitCode` and `message`. */
  readonly exitAfterBytes?: number
  /** Turn over the bits of this byte of a stream. */
  readonly garbleByte?: number
  /** Do nothing but say this on stderr and end with `exitCode`. */
  readonly fail?: string
  readonly message?: string
  /** Default 1. */
  readonly exitCode?: number
  /** Write without an end to stdout. */
  readonly endless?: boolean
  /** As if the command were not in the PATH. */
  readonly notFound?: boolean
}

export interface MisbehaviourFile {
  readonly rules: readonly Misbehaviour[]
  /** Added to the host's clock. */
  readonly clockOffsetSeconds: number
}

const file = (directory: string) => join(directory, 'misbehave.json')

export const readMisbehaviour = (directory: string): MisbehaviourFile =>
  readJson<MisbehaviourFile>(file(directory)) ?? { rules: [], clockOffsetSeconds: 0 }

/** Is there a rule for this command that makes it wait, or that a stream is to meet? Uses up none. */
export const takesTime = ({ rules }: MisbehaviourFile, command: string): boolean =>
  rules.some((rule) => !atOnce(rule) && new RegExp(rule.match).test(command))

const atOnce = ({ delayMs, hang, endless, fail, notFound }: Misbehaviour): boolean =>
  !delayMs && !hang && !endless && (fail !== undefined || notFound === true)

/** The rules that hit this command; a rule with `times` is used up one command at a time, also by many at once. */
export function rulesFor(directory: string, { rules }: MisbehaviourFile, command: string): Misbehaviour[] {
  return rules.filter((rule) => {
    if (!new RegExp(rule.match).test(command)) return false
    if (rule.times === undefined) return true
    const name = Bun.hash(JSON.stringify(rule)).toString(16)
    for (let turn = 1; turn <= rule.times; turn++) if (claim(join(directory, `used-${name}-${turn}`))) return true
    return false
  })
}

/** True for the one process that makes the file. */
function claim(path: string): boolean {
  try {
    writeFileSync(path, '', { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false
    throw error
  }
}

/** Replaces what goes wrong; counters of used-up rules begin anew. */
export function writeMisbehaviour(directory: string, what: MisbehaviourFile): void {
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(directory))
    if (name.startsWith('used-')) rmSync(join(directory, name), { force: true })
  writeJson(file(directory), what)
}
