import { ownSiblings } from '#lib/replication/swap.ts'
import type { Comparison, Inventory } from '#lib/replication/types/inventory.ts'
import type { ResumeTokenFacts } from '#lib/zfs/types.ts'
import { type BesideBook, withBeside } from './beside.ts'
import { answered, CUT, orCut } from './internal-faults.ts'
import type { Sans, TokenFault } from './ports.ts'

interface Compared {
  readonly inventory: Inventory
  readonly comparison: Comparison | null
}

/** What a token said before. A token's facts never change, only whether it still applies: `stillApplies` sees most of that. */
export class TokenBook {
  readonly #facts = new Map<string, ResumeTokenFacts>()

  get(token: string): ResumeTokenFacts | undefined {
    return this.#facts.get(token)
  }

  put(token: string, facts: ResumeTokenFacts): void {
    if (this.#facts.size > 1000) this.#facts.clear()
    this.#facts.set(token, facts)
  }

  /** It no longer applies. */
  forget(token: string): void {
    this.#facts.delete(token)
  }
}

export interface EnrichOptions {
  readonly beside: BesideBook
  readonly now: number
  readonly tokens: TokenBook
  /** Ask everything anew. */
  readonly fresh: boolean
  readonly signal?: AbortSignal
}

/**
 * Fills in what a listing does not show: what a resume token holds, and what was written since the base. Whatever was asked
 * about a dataset when nobody waited any longer makes it `cut`.
 */
export async function enrich<T extends Compared>(
  sans: Sans,
  seen: readonly T[],
  options: EnrichOptions,
): Promise<readonly (T & { readonly cut?: boolean })[]> {
  const { signal } = options
  const asks = seen.flatMap(({ inventory, comparison }) => asksWritten(inventory, comparison))
  const written = await orCut(asks.length === 0 ? NOTHING : answered(sans.writtenSince(asks, signal), signal))
  const known = await Promise.all(
    seen.map(async (each) => {
      const { inventory, comparison } = each
      const { host, dataset } = inventory.mapping.backup
      const ask = asksWritten(inventory, comparison).length > 0
      const token = await orCut(tokenOf(sans, inventory, options))
      if ((ask && written === CUT) || token === CUT) return { ...each, cut: true }
      const beside = await orCut(receivesBeside(sans, inventory, token, options))
      if (beside === CUT) return { ...each, cut: true }
      const writtenSinceBase = ask && written !== CUT ? (written.get(`${host}:${dataset}`) ?? null) : null
      return {
        ...each,
        inventory: { ...inventory, writtenSinceBase, token, ...(beside === null ? {} : { receivesBeside: beside }) },
      }
    }),
  )
  const all = await withBeside(sans, known, { ...options, book: options.beside })
  return Promise.all(
    all.map(async (each) => {
      const incomingToken = await orCut(incomingTokenOf(sans, each.inventory, options))
      if (incomingToken === CUT) return { ...each, cut: true }
      return incomingToken === null ? each : { ...each, inventory: { ...each.inventory, incomingToken } }
    }),
  )
}

const NOTHING: Promise<ReadonlyMap<string, number>> = Promise.resolve(new Map())

/** A seed beside the backup that was cut off, the last one of them: what its token holds. */
async function incomingTokenOf(
  sans: Sans,
  inventory: Inventory,
  options: EnrichOptions,
): Promise<Inventory['incomingToken'] | null> {
  if (inventory.primary.state !== 'present') return null
  const begun = ownSiblings(inventory, 'incoming').findLast(({ receiveResumeToken }) => receiveResumeToken !== null)
  if (begun === undefined || begun.receiveResumeToken === null) return null
  return { name: begun.name, facts: await factsOf(sans, inventory, begun.receiveResumeToken, options) }
}

/** Only where the backup has snapshots of its own after the base: whether anything changed with them decides the repair. */
function asksWritten(inventory: Inventory, comparison: Comparison | null) {
  const base = comparison?.base
  if (base == null || comparison === null || comparison.backupAhead.length === 0) return []
  return [{ ...inventory.mapping.backup, snapshot: base.backupName }]
}

async function tokenOf(sans: Sans, inventory: Inventory, options: EnrichOptions): Promise<Inventory['token']> {
  if (inventory.backup.state !== 'present' || inventory.primary.state === 'unknown') return null
  const token = inventory.backup.facts.receiveResumeToken
  return token === null ? null : factsOf(sans, inventory, token, options)
}

/** Asked of a first transfer into a backup without snapshots: whether it was to overwrite what was there. */
async function receivesBeside(
  sans: Sans,
  { backup, mapping }: Inventory,
  token: Inventory['token'],
  { signal }: EnrichOptions,
): Promise<boolean | null> {
  const isFirst = token !== null && 'toGuid' in token && token.fromGuid === null
  if (!isFirst || backup.state !== 'present' || backup.snapshots.length > 0) return null
  return answered(sans.receivesBeside(mapping.backup.host, mapping.backup.dataset, signal), signal)
}

async function factsOf(
  sans: Sans,
  inventory: Inventory,
  token: string,
  { tokens, fresh, signal }: EnrichOptions,
): Promise<Inventory['token']> {
  const known = fresh ? undefined : tokens.get(token)
  if (known !== undefined && stillApplies(known, inventory)) return known
  const answer = await answered(sans.token(inventory.mapping.primary.host, token, signal), signal)
  if (answer === null) return null
  if (isFault(answer)) {
    tokens.forget(token)
    return { unusable: answer.kind, text: answer.text, ...(answer.target === null ? {} : { target: answer.target }) }
  }
  tokens.put(token, answer)
  return answer
}

/** What it was to send, and to start from, is still on the primary. */
function stillApplies({ toGuid, fromGuid, sends }: ResumeTokenFacts, { primary }: Inventory): boolean {
  if (primary.state !== 'present' || !sends.to.startsWith(`${primary.facts.name}@`)) return false
  const has = (guid: string) => primary.snapshots.some((entry) => entry.guid === guid)
  return (
    has(toGuid) &&
    (fromGuid === null || has(fromGuid) || primary.bookmarks.some((bookmark) => bookmark.guid === fromGuid))
  )
}

function isFault(answer: ResumeTokenFacts | TokenFault): answer is TokenFault {
  return 'kind' in answer
}
