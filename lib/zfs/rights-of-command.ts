import { rightToSet } from './carried-properties.ts'
import type { Argv } from './zfs-command.ts'

/** What `zfs allow` has to give for a command. */
export interface CommandRights {
  readonly required: readonly string[]
  /** Without one the command works all the same: it leaves a property unset and says so. */
  readonly wanted: readonly string[]
}

/** The right to receive without destroying. `receive` includes it. */
export const RECEIVE = 'receive:append'

/** By the table in ZFS's own man page and by what OpenZFS 2.3 refused when one was missing. */
export const RIGHTS_OF = {
  send: ['send'],
  /** `send -I` takes holds of its own on every snapshot between. */
  sendBetween: ['hold'],
  bookmark: ['bookmark'],
  receive: [RECEIVE, 'mount'],
  receiveNew: ['create'],
  create: ['create', 'mount'],
  discardPartial: ['destroy', 'mount'],
  clone: ['clone', 'create', 'mount'],
  promote: ['promote', 'mount'],
  rename: ['rename', 'create', 'mount'],
  hold: ['hold'],
  release: ['release'],
  mount: ['mount'],
  unmount: ['mount'],
  rollback: ['rollback', 'mount'],
  destroy: ['destroy', 'mount'],
} as const satisfies Readonly<Record<string, readonly string[]>>

const VERBS = [
  'send',
  'receive',
  'create',
  'clone',
  'promote',
  'rename',
  'hold',
  'release',
  'mount',
  'unmount',
  'rollback',
  'destroy',
  'bookmark',
  'set',
] as const

/**
 * Of a command that changes something or sends. `newDataset`: the stream makes the dataset it goes into.
 * @throws RangeError for any other command: what it needs is not known here
 */
export function rightsOfCommand(argv: Argv, newDataset = false): CommandRights {
  const at = argv.findIndex((word) => verbOf(word) !== undefined)
  const verb = verbOf(argv[at])
  const words = argv.slice(at + 1)
  const has = (flag: string) => words.includes(flag)
  const need = (required: readonly string[], wanted: readonly string[] = []) => ({ required, wanted })
  switch (verb) {
    case 'send':
      return need([...RIGHTS_OF.send, ...(has('-I') ? RIGHTS_OF.sendBetween : [])])
    case 'receive':
      if (has('-A')) return need(RIGHTS_OF.discardPartial)
      return need(
        [...RIGHTS_OF.receive, ...(newDataset ? RIGHTS_OF.receiveNew : [])],
        assigned(words.filter((_, index) => words[index - 1] === '-o')),
      )
    case 'create':
      return need([...RIGHTS_OF.create, ...assigned(words.filter((_, index) => words[index - 1] === '-o'))])
    case 'clone':
      return need([...RIGHTS_OF.clone, ...assigned(words.filter((_, index) => words[index - 1] === '-o'))])
    case 'set':
      return need(assigned(words))
    case 'destroy':
      // Of a whole dataset is no command of this product.
      if (words.every((word) => /[@#]/.test(word))) return need(RIGHTS_OF.destroy)
      throw new RangeError(`Which rights this needs is not known: ${argv.join(' ')}`)
    case undefined:
      throw new RangeError(`Which rights this needs is not known: ${argv.join(' ')}`)
    default:
      return need(RIGHTS_OF[verb])
  }
}

const verbOf = (word: string | undefined) => VERBS.find((verb) => verb === word)

/** The rights to set what these words assign. */
function assigned(words: readonly string[]): readonly string[] {
  return words.filter((word) => word.includes('=')).map((word) => rightToSet(word.slice(0, word.indexOf('='))))
}
