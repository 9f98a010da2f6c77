import { directories } from '#lib/app/settings.ts'
import { cleanLine } from '#lib/text/clean.ts'
import { argumentsFor, type Names, type OptionSpec, type Proposals, splitArguments, type Typed } from './arguments.ts'
import { COMMON_OPTIONS, type Command } from './command.ts'
import { connectIfRunning, type Fetch } from './connect.ts'
import type { Connection, Query } from './connection.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { Interrupts } from './interrupts.ts'
import type { Io } from './io.ts'
import { everyOption, findCommand } from './parse.ts'
import { settingsOf } from './settings.ts'

/**
 * The first word where a shell asks for what may come next: `zwitness __complete WORD… CURRENT`, the last one being the
 * word before the cursor. It is no command: the scripts of `zwitness completion` call it at every Tab.
 */
export const ASKED_BY_SHELL = '__complete'

/** A person waits: longer than this, and a name is typed faster. `ZWITNESS_TAB_MS` says otherwise, for a slow network. */
const PATIENCE_MS = 700

function patienceMs({ ZWITNESS_TAB_MS: wanted = '' }: Io['env']): number {
  return /^[1-9]\d{0,4}$/.test(wanted) ? Number(wanted) : PATIENCE_MS
}

interface CompleteParts {
  readonly commands: readonly Command[]
  readonly fetch: Fetch
}

/**
 * Writes `files` or `directories`, where the shell itself knows better, or `words` and then a line for each of them:
 * the word, a tab, what it is. Whatever goes wrong, nothing is proposed and nothing is said.
 */
export async function complete(asked: readonly string[], io: Io, parts: CompleteParts): Promise<ExitCode> {
  try {
    const { proposes, lead, typed, options, taken } = placeOf(asked.slice(0, -1), asked.at(-1) ?? '', parts.commands)
    if (proposes === 'file' || proposes === 'directory') io.stdout(proposes === 'file' ? 'files\n' : 'directories\n')
    else {
      const words = await candidatesOf(proposes, typed, options, io, parts.fetch)
      const fit = words.filter(({ word }) => word.startsWith(typed) && !taken.includes(word))
      io.stdout(
        ['words', ...fit.map(({ word, about }) => `${lead}${word}\t${about}`)].map((line) => `${line}\n`).join(''),
      )
    }
  } catch {
    // A line that is wrong already, or a service that cannot be asked: the command itself will say it.
  }
  return EXIT.DONE
}

interface Candidate {
  readonly word: string
  readonly about: string
}

interface Place {
  readonly proposes: Proposals | readonly Candidate[]
  /** What of the word is no part of the value: `--status=`, `broken,`. */
  readonly lead: string
  /** What a candidate must begin with. */
  readonly typed: string
  /** What was typed on the line so far. */
  readonly options: Typed['options']
  /** Proposed no more. */
  readonly taken: readonly string[]
}

/** In place of the word at the cursor, so that the parser itself says what it would be; no line can contain it. */
const CURSOR = '\0'

/** @throws UsageError for a line that is wrong before the cursor */
function placeOf(before: readonly string[], current: string, commands: readonly Command[]): Place {
  const everything = everyOption(commands)
  const { words: all, options } = splitArguments([...before, CURSOR], everything)
  const words = all.filter((word) => word !== CURSOR)
  const command = findCommand(words, commands)
  const own = command === null ? COMMON_OPTIONS : [...command.options, ...COMMON_OPTIONS]
  const optionNamed = (name: string | undefined) => own.find((spec) => spec.name === name)
  const waiting = everything.find(({ name }) => options.get(name)?.at(-1) === CURSOR)
  const place = (proposes: Place['proposes'], lead = '', typed = current, taken: readonly string[] = []): Place =>
    typeof proposes === 'object' && 'list' in proposes
      ? { proposes: proposes.list, ...lastOfList(lead, typed), options }
      : { proposes, lead, typed, options, taken }

  if (waiting !== undefined) return place(optionNamed(waiting.name)?.proposes ?? [])
  // After a -- everything is a word.
  if (current.startsWith('-') && !before.includes('--')) {
    const [, name, value] = /^--([^=]*)=(.*)$/s.exec(current) ?? []
    if (value !== undefined) return place(optionNamed(name)?.proposes ?? [], `--${name}=`, value)
    return place(own.filter(({ name, repeat }) => repeat || !options.has(name)).map(optionCandidate))
  }
  if (command?.name === 'help') return place(commandWords(words.slice(1), commands))
  const operands = command === null ? [] : words.slice(command.name.split(' ').length)
  const further = operands.length === 0 ? commandWords(words, commands) : []
  if (command === null || further.length > 0) return place(further)
  const {
    proposes = [],
    operands: [, most],
  } = command
  if (operands.length >= most) return place([])
  return place(proposes[Math.min(operands.length, proposes.length - 1)] ?? [], '', current, operands)
}

/** Of a list with commas only the last word is completed, and none twice. */
function lastOfList(lead: string, typed: string): Pick<Place, 'lead' | 'typed' | 'taken'> {
  const at = typed.lastIndexOf(',') + 1
  return { lead: lead + typed.slice(0, at), typed: typed.slice(at), taken: typed.slice(0, at).split(',') }
}

function optionCandidate({ name, value, summary }: OptionSpec): Candidate {
  return { word: `--${name}`, about: value === undefined ? summary : `${value}: ${summary}` }
}

/** What may follow these words so that they are a command. Of a group (`config …`) its verbs are said. */
function commandWords([first, ...more]: readonly string[], commands: readonly Command[]): readonly Candidate[] {
  if (more.length > 0) return []
  const found = new Map<string, string>()
  for (const { name, summary } of commands) {
    const [word = '', verb] = name.split(' ')
    if (first !== undefined) {
      if (word === first && verb !== undefined) found.set(verb, summary)
    } else if (verb === undefined) found.set(word, summary)
    else if (!commands.some((other) => other.name === word))
      found.set(word, [found.get(word), verb].filter((part) => part !== undefined).join(', '))
  }
  return [...found].map(([word, about]) => ({ word, about }))
}

async function candidatesOf(
  proposes: Exclude<Place['proposes'], 'file' | 'directory'>,
  typed: string,
  options: Typed['options'],
  io: Io,
  fetch: Fetch,
): Promise<readonly Candidate[]> {
  if (typeof proposes === 'object')
    return 'list' in proposes
      ? []
      : proposes.map((each) => (typeof each === 'string' ? { word: each, about: '' } : each))
  // A Tab sends no token to an address that is still being typed; what the environment names, or the socket, is asked.
  if (options.has('url')) return []
  return namesKnown(proposes, typed, options, io, fetch)
}

/** Names as the service has them now. @throws whatever keeps it from answering in time */
async function namesKnown(names: Names, typed: string, options: Typed['options'], io: Io, fetch: Fetch) {
  const timeoutMs = patienceMs(io.env)
  const settings = { ...settingsOf(argumentsFor([], options, COMMON_OPTIONS), io), timeoutMs }
  const interrupts = new Interrupts(io)
  try {
    const connection = await connectIfRunning({
      settings,
      directories: directories({ config: settings.configDirectory, data: settings.dataDirectory }),
      fetch,
      openApp: () => Promise.reject(new Error('A Tab opens no data directory.')),
      interrupts,
      log: () => {},
      aliveWithinMs: timeoutMs,
    })
    if (connection === null) return []
    const lists = await Promise.all(SOURCES[names].map((source) => candidatesFrom(source, typed, connection)))
    const byWord = new Map(lists.flat().map((candidate) => [candidate.word, candidate]))
    return [...byWord.values()]
  } finally {
    interrupts.stop()
  }
}

interface Source {
  readonly path: string
  readonly query?: (typed: string) => Query
  readonly list: string
  readonly read: (row: Row) => readonly [word: unknown, about?: unknown]
}

type Row = Readonly<Record<string, unknown>>

const DATASETS: Source = {
  path: '/api/datasets',
  query: (typed) => ({ limit: 500, q: typed }),
  list: 'items',
  read: ({ id, status }) => [id, status],
}
const HOSTS: Source = { path: '/api/status', list: 'hosts', read: ({ id, role }) => [id, role] }
const SOURCES: Readonly<Record<Names, readonly Source[]>> = {
  dataset: [DATASETS],
  host: [HOSTS],
  'host or dataset': [HOSTS, DATASETS],
  pair: [{ ...DATASETS, query: () => ({ limit: 500 }), read: ({ pair }) => [isRow(pair) ? pair.name : null] }],
  run: [
    {
      path: '/api/runs',
      query: () => ({ limit: 50 }),
      list: 'items',
      read: ({ id, kind, state, datasetId }) => [id, [kind, state, datasetId].filter((part) => part != null).join(' ')],
    },
  ],
  maintenance: [{ path: '/api/maintenance', list: 'items', read: ({ id, kind, about }) => [id, `${kind} ${about}`] }],
  incident: [
    {
      path: '/api/incidents',
      query: () => ({ limit: 50 }),
      list: 'items',
      read: ({ id, state, message }) => [id, [state, message].filter((part) => part != null).join(' ')],
    },
  ],
  channel: [{ path: '/api/notifications', list: 'channels', read: ({ name, type }) => [name, type] }],
  function: [{ path: '/api/functions', list: 'items', read: ({ name, summary }) => [name, summary] }],
  user: [{ path: '/api/users', list: 'items', read: ({ name, role }) => [name, role] }],
  token: [
    { path: '/api/tokens', list: 'items', read: ({ name, state }) => [state === 'REVOKED' ? null : name, state] },
  ],
}

/** As text, not checked against the API's schema: that would load zod, and what is no name is simply left out. */
async function candidatesFrom({ path, query, list, read }: Source, typed: string, connection: Connection) {
  const answer: unknown = JSON.parse(await connection.text(path, 'application/json', query?.(typed)))
  const rows = isRow(answer) ? answer[list] : null
  return (Array.isArray(rows) ? rows : []).filter(isRow).flatMap((row): Candidate[] => {
    const [word, about] = read(row)
    // What does not print as it is cannot be typed either.
    if (typeof word !== 'string' || word === '' || cleanLine(word) !== word) return []
    return [{ word, about: typeof about === 'string' ? cleanLine(about) : '' }]
  })
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null
}
