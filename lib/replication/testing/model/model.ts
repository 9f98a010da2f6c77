import type { Inventory } from '../../types/inventory.ts'
import type { Found, Plan, Step } from '../../types/plan.ts'
import { comparisonOf, inventoryOf, MAPPING, MISSING, policyOf } from '../world.ts'
import { incomingToken, inventoryParts, siblingsOf, tokenFacts } from './look.ts'
import { Refused } from './objects.ts'
import { receive } from './receive.ts'
import { ModelSan } from './san.ts'
import { type Cut, send } from './stream.ts'

/** One thing that someone does to a SAN. The same words run on the model and on any other stand-in for ZFS. */
export type Deed =
  | { readonly kind: 'command'; readonly side: 'primary' | 'backup'; readonly words: readonly string[] }
  | { readonly kind: 'write'; readonly side: 'primary' | 'backup'; readonly dataset: string }
  | {
      readonly kind: 'transfer'
      readonly source: readonly string[]
      readonly sink: readonly string[]
      readonly cut: Cut | null
    }
interface Done {
  readonly deed: Deed
  /** Null: it worked. */
  readonly refused: string | null
}
/** The witness, the link and the host die after so many commands of a plan; `cut`: within the transfer that comes then. */
export interface Death {
  readonly after: number
  readonly cut: Cut | null
  /** A clone that comes then is made without its properties: the two are not one transaction. */
  readonly bare?: boolean
}

const zfsWords = (argv: readonly string[]): readonly string[] => argv.slice(argv.indexOf('zfs') + 1)

/** Both sides, as ZFS behaves: it runs the words of a plan's commands, one by one, and refuses what ZFS refuses. */
export class Model {
  readonly primary = new ModelSan('hqs8p1')
  readonly backup = new ModelSan('hqs1p1')
  /** All that was ever done. */
  readonly done: Done[] = []
  /** Looks at every state that a command leaves behind. */
  onDeed: () => void = () => {}

  constructor(type: 'filesystem' | 'volume' = 'filesystem') {
    this.primary.create(MAPPING.primary.dataset, type)
  }

  /** Null where it worked, else what ZFS said. */
  perform(deed: Deed): string | null {
    let refused: string | null = null
    try {
      this.#perform(deed)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      refused = error.message
    }
    this.done.push({ deed, refused })
    this.onDeed()
    return refused
  }

  on(side: 'primary' | 'backup', ...words: readonly string[]): string | null {
    return this.perform({ kind: 'command', side, words })
  }

  inventory(): Inventory {
    const primary = this.primary.dataset(MAPPING.primary.dataset)
    const backup = this.backup.find(MAPPING.backup.dataset)
    const { here, there, swap } = inventoryParts(primary, backup, this.backup)
    const siblings = siblingsOf(this.backup)
    const known = { backupSiblings: siblings, incomingToken: incomingToken(primary, siblings, this.backup) }
    if (backup === null || there === null) return inventoryOf(here, MISSING, { ...known, swap: undefined })
    const seen = inventoryOf(here, there, { ...known, swap, token: tokenFacts(primary, backup) })
    const comparison = comparisonOf(seen, policyOf())
    if (comparison?.base == null || comparison.backupAhead.length === 0) return seen
    const base = backup.snapshots.findIndex(({ guid }) => guid === comparison.base?.guid)
    const after = [...backup.snapshots.slice(base + 1).flatMap(({ data }) => data), ...backup.live]
    return { ...seen, writtenSinceBase: after.length * 4096 }
  }

  /** Runs a plan as the engine does, up to the death. Throws where ZFS refuses what must work. */
  run(plan: Plan, death: Death | null = null): void {
    let left = death?.after ?? Number.POSITIVE_INFINITY
    for (const [index, step] of plan.steps.entries()) {
      if (step.kind === 'commands' && step.role === 'undo' && swaps(plan.steps.slice(0, index))) continue
      if (step.kind === 'commands') this.#expect(step.expects)
      for (const deed of deedsOf(step)) {
        if (left <= 0) {
          if (death !== null) this.#dieIn(deed, death)
          return
        }
        left--
        const refused = this.perform(deed)
        if (refused === null) continue
        if ((step.kind === 'bookmark' || step.kind === 'commands') && step.optional) break
        throw new Error(`${step.title}: ${refused}`)
      }
    }
  }

  #dieIn(deed: Deed, { cut, bare }: Death): void {
    if (deed.kind === 'transfer' && cut !== null) this.perform({ ...deed, cut })
    if (deed.kind !== 'command' || deed.words[0] !== 'clone' || bare !== true) return
    this.perform({ ...deed, words: ['clone', ...deed.words.slice(-2)] })
  }

  /** So many commands and transfers make up the plan. */
  static length(plan: Plan): number {
    return plan.steps.reduce((sum, step, index) => {
      const skipped = step.kind === 'commands' && step.role === 'undo' && swaps(plan.steps.slice(0, index))
      return skipped ? sum : sum + deedsOf(step).length
    }, 0)
  }

  #expect(expects: readonly Found[]): void {
    for (const { name, guid } of expects) {
      const [dataset = '', short] = name.split('@')
      const found = this.backup.find(dataset)
      const now = short === undefined ? found : found?.snapshots.find((each) => each.name === short)
      if ((now?.guid ?? null) !== guid) throw new Error(`${name} has guid ${now?.guid ?? 'none'}, not ${guid}`)
    }
  }

  #perform(deed: Deed): void {
    if (deed.kind === 'write') this[deed.side].write(deed.dataset)
    else if (deed.kind === 'command') this[deed.side].run(deed.words)
    else {
      const stream = send(this.primary, deed.source, this.backup.find(deed.sink.at(-1) ?? ''))
      receive(this.backup, deed.sink, stream, deed.cut)
    }
  }
}

const swaps = (steps: readonly Step[]): boolean =>
  steps.some((step) => step.kind === 'commands' && step.role === 'swap')

function deedsOf(step: Step): readonly Deed[] {
  const command = (side: 'primary' | 'backup') => (argv: readonly string[]) =>
    ({ kind: 'command', side, words: zfsWords(argv) }) as const
  switch (step.kind) {
    case 'verify':
      return []
    case 'bookmark':
      return [command('primary')(step.command.argv)]
    case 'commands':
      return step.commands.map(({ argv }) => command('backup')(argv))
    case 'transfer':
      return [{ kind: 'transfer', source: zfsWords(step.source.argv), sink: zfsWords(step.sink.argv), cut: null }]
  }
}
