import { counted } from '#lib/text/words.ts'

/** What a new witness needs, in the order in which it is done. Pure. */
export function firstSteps(facts: FirstFacts): readonly FirstStep[] {
  return [data(facts), config(facts), key(facts), hostKeys(facts), rights(facts), check(facts), decisions(facts)]
}

const NONE = { commands: [], copy: null } as const
const NEEDS_CONFIG = 'Needs the configuration, which names the SANs.'

function data({ data: { good, message } }: FirstFacts): FirstStep {
  return { id: 'DATA', title: 'The data directory is writable', state: good ? 'DONE' : 'OPEN', message, ...NONE }
}

function config({ config: { file, state, datasets } }: FirstFacts): FirstStep {
  const step = { id: 'CONFIG', title: 'A configuration names the SANs and their datasets', ...NONE } as const
  switch (state) {
    case 'missing':
      return {
        ...step,
        state: 'OPEN',
        message: `There is no file ${file} yet. Write it by the example below, check it, and load it.`,
        commands: ['zwitness config check', 'zwitness config reload'],
      }
    case 'faulty':
      return {
        ...step,
        state: 'OPEN',
        message: `${file} has faults and is not loaded; each is named with its line.`,
        commands: ['zwitness config check', 'zwitness config reload'],
      }
    case 'waiting':
      return {
        ...step,
        state: 'OPEN',
        message: `${file} is there and sound, and not loaded yet. Load it on the Config page, or here.`,
        commands: ['zwitness config reload'],
      }
    default:
      if (datasets > 0)
        return {
          ...step,
          state: 'DONE',
          message: `${file} is loaded: ${counted(datasets, 'dataset')}.`,
        }
      return {
        ...step,
        state: 'OPEN',
        message: `${file} is loaded and names no dataset. Add pairs by the example below.`,
        commands: ['zwitness config check', 'zwitness config reload'],
      }
  }
}

function key({ key: { line, message } }: FirstFacts): FirstStep {
  const step = { id: 'KEY', title: 'The witness has an SSH key' } as const
  if (line === null) return { ...step, state: 'OPEN', message, commands: ['zwitness keys init'], copy: null }
  return {
    ...step,
    state: 'DONE',
    message: `${message} This line goes into ~/.ssh/authorized_keys of the login on every SAN:`,
    commands: [],
    copy: line,
  }
}

function hostKeys({ hosts }: FirstFacts): FirstStep {
  const step = { id: 'HOST_KEYS', title: 'The host keys of the SANs are pinned', copy: null } as const
  if (hosts.length === 0) return { ...step, state: 'LATER', message: NEEDS_CONFIG, commands: [] }
  const open = hosts.filter(({ pinned }) => !pinned).map(({ id }) => id)
  if (open.length === 0) return { ...step, state: 'DONE', message: `All ${hosts.length} are pinned.`, commands: [] }
  return {
    ...step,
    state: 'OPEN',
    message: `Not pinned: ${open.join(', ')}. Compare each fingerprint with the SAN itself before you accept it.`,
    commands: open.flatMap((id) => [`zwitness known-hosts scan ${id}`, `zwitness known-hosts accept ${id} SHA256:…`]),
  }
}

function rights({ hosts, rights: seen }: FirstFacts): FirstStep {
  const step = { id: 'RIGHTS', title: 'The login may do on each SAN what a repair needs', copy: null } as const
  const commands = ['zwitness doctor']
  if (hosts.length === 0) return { ...step, state: 'LATER', message: NEEDS_CONFIG, commands: [] }
  if (seen === null)
    return {
      ...step,
      state: 'UNKNOWN',
      message: 'Nobody has looked yet. The doctor prints the lines that are missing.',
      commands,
    }
  if (seen.lacking.length > 0)
    return {
      ...step,
      state: 'OPEN',
      message: `Rights are missing on ${seen.lacking.join(', ')}; the doctor prints the lines.`,
      commands,
    }
  if (seen.unread.length > 0)
    return { ...step, state: 'UNKNOWN', message: `They could not be read on ${seen.unread.join(', ')}.`, commands }
  return { ...step, state: 'DONE', message: 'The last doctor found every right in its place.', commands: [] }
}

function check({ config, checkedAt }: FirstFacts): FirstStep {
  const step = { id: 'CHECK', title: 'The first check', ...NONE } as const
  if (config.state !== 'loaded' || config.datasets === 0)
    return { ...step, state: 'LATER', message: 'It starts by itself when the configuration is loaded.' }
  if (checkedAt === null)
    return { ...step, state: 'OPEN', message: 'It has not ended yet.', commands: ['zwitness run'] }
  return { ...step, state: 'DONE', message: 'Done; the dashboard shows what it found.' }
}

function decisions({ checkedAt, decisions: count }: FirstFacts): FirstStep {
  const step = { id: 'DECISIONS', title: 'The primaries are the ones to follow', ...NONE } as const
  if (checkedAt === null) return { ...step, state: 'LATER', message: 'Needs the first check.' }
  if (count === 0) return { ...step, state: 'DONE', message: 'No dataset waits for a decision.' }
  return {
    ...step,
    state: 'OPEN',
    message: `${count === 1 ? '1 dataset needs' : `${count} datasets need`} one decision: may the backup be set aside, because this primary is the one to follow? One click, or one command, settles all of them.`,
    commands: ['zwitness adopt'],
  }
}

/** One thing that a new witness needs before its first check. */
export interface FirstStep {
  readonly id: 'DATA' | 'CONFIG' | 'KEY' | 'HOST_KEYS' | 'RIGHTS' | 'CHECK' | 'DECISIONS'
  readonly title: string
  /** LATER: it needs a step before it. UNKNOWN: no one has looked yet. */
  readonly state: 'DONE' | 'OPEN' | 'LATER' | 'UNKNOWN'
  readonly message: string
  /** To type on the witness, in this order. */
  readonly commands: readonly string[]
  /** To be put somewhere else: the line of the public key. */
  readonly copy: string | null
}

/** What was found of each. Times are epoch milliseconds. */
export interface FirstFacts {
  readonly data: { readonly good: boolean; readonly message: string }
  readonly config: {
    readonly file: string
    /** `waiting`: on disk, sound, and not loaded yet. */
    readonly state: 'missing' | 'faulty' | 'waiting' | 'loaded'
    readonly datasets: number
  }
  readonly key: {
    readonly file: string
    /** The line for authorized_keys; null where there is no usable key. */
    readonly line: string | null
    readonly message: string
  }
  readonly hosts: readonly { readonly id: string; readonly pinned: boolean }[]
  /** Of the last doctor of this process that looked at every host; null: none has. */
  readonly rights: {
    readonly at: number
    readonly lacking: readonly string[]
    readonly unread: readonly string[]
  } | null
  /** Datasets whose repair waits for nothing but a person's word. */
  readonly decisions: number
  /** End of the last scan that looked at a dataset. */
  readonly checkedAt: number | null
}
