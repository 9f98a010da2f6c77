import type { Policy } from '#config/effective.ts'
import { sizesToAsk } from '#lib/replication/judge/rewritten.ts'
import { ownSiblings } from '#lib/replication/swap.ts'
import type { Comparison, Inventory } from '#lib/replication/types/inventory.ts'
import type { Memory } from '#lib/replication/types/verdict.ts'
import { poolOf } from '#lib/zfs/names.ts'
import type { Guid, ResumeTokenFacts } from '#lib/zfs/types.ts'
import { BesideBook, withBeside } from './beside.ts'
import { ForesightBook, foresee } from './foresee.ts'
import { answered, CUT, orCut } from './internal-faults.ts'
import type { Sans, TokenFault } from './ports.ts'

interface Seen {
  readonly dataset: { readonly id: string; readonly config: { readonly policy: Policy } }
  readonly inventory: Inventory
  readonly comparison: Comparison | null
}

/** What a listing does not show of a dataset, asked of the SANs only as often as it can have changed. */
export class Details {
  readonly #sans: Sans
  readonly #tokens = new TokenBook()
  readonly #beside = new BesideBook()
  readonly #foresight = new ForesightBook()

  constructor(sans: Sans) {
    this.#sans = sans
  }

  /**
   * Fills in what a resume token holds, what was written since the base, what stands beside the backup, what would make the
   * next repair fail, and what the newest snapshots wrote. Where the check ends before the
   * answer about a dataset, that one is `cut`.
   */
  async fill<T extends Seen>(
    seen: readonly T[],
    {
      now,
      fresh,
      memoryOf,
      signal,
    }: {
      readonly now: () => number
      /** Ask everything anew. */
      readonly fresh: boolean
      readonly memoryOf: (id: string) => Memory | null
      readonly signal: AbortSignal | undefined
    },
  ): Promise<readonly (T & { readonly cut?: boolean })[]> {
    const books = { tokens: this.#tokens, beside: this.#beside }
    const enriched = await enrich(this.#sans, seen, { ...books, now: now(), fresh, signal })
    const isMarked = ({ dataset }: T) => memoryOf(dataset.id)?.otherWitness != null
    const options = { book: this.#foresight, now: now(), fresh, isMarked, signal }
    const foreseen = await answered(foresee(this.#sans, enriched, options), signal)
    return answered(withSizes(this.#sans, foreseen, memoryOf, signal), signal)
  }
}

/** What a token said before. A token's facts never change, only whether it still applies: `stillApplies` sees most of that. */
class TokenBook {
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

interface EnrichOptions {
  readonly beside: BesideBook
  readonly now: number
  readonly tokens: TokenBook
  /** Ask everything anew. */
  readonly fresh: boolean
  readonly signal?: AbortSignal
}

/**
 * Fills in what a listing does not show: what a resume token holds, and what was written since the base. Where the check
 * ends before the answer about a dataset, that one is `cut`.
 */
async function enrich<T extends Pick<Seen, 'inventory' | 'comparison'>>(
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

/** Fills in what the newest snapshots of the primary wrote: asked once for each, and of datasets that are worth it. */
async function withSizes<T extends Pick<Seen, 'dataset' | 'inventory'>>(
  sans: Pick<Sans, 'sizes'>,
  seen: readonly T[],
  memoryOf: (id: string) => Memory | null,
  signal?: AbortSignal,
): Promise<readonly T[]> {
  const wanted = seen.map((each) => ({ each, asked: sizesToAsk(each.inventory, memoryOf(each.dataset.id)) }))
  const asks = wanted.flatMap(({ each, asked }) => {
    const { host, dataset } = each.inventory.mapping.primary
    return asked.map(({ name }) => ({ host, snapshot: `${dataset}@${name}` }))
  })
  if (asks.length === 0) return seen
  const sizes = await sans.sizes(asks, signal)
  return wanted.map(({ each, asked }) => {
    const { host, dataset } = each.inventory.mapping.primary
    const own = asked.flatMap(({ name, guid }) => {
      const size = sizes.get(`${host}:${dataset}@${name}`)
      // Destroyed and taken anew under its name meanwhile: another one.
      return size?.guid === guid ? [[guid, size] as const] : []
    })
    return own.length === 0 ? each : { ...each, inventory: { ...each.inventory, sizes: new Map(own) } }
  })
}

/** The datasets of the pools that were asked for names, by `host:pool`: once in one look, however many are gone. */
export type PoolNames = Map<string, Promise<ReadonlyMap<Guid, string> | null | typeof CUT>>

/**
 * A primary that is not there and was seen before: is it there under another name? By guid, never by what it is called.
 * @param guid the one that it had; undefined: it was never seen
 */
export async function withNewName<T extends Pick<Seen, 'inventory'>>(
  sans: Pick<Sans, 'namesIn'>,
  seen: T,
  guid: Guid | undefined,
  { names, signal }: { readonly names: PoolNames; readonly signal?: AbortSignal },
): Promise<T> {
  const { inventory } = seen
  if (inventory.primary.state !== 'missing' || guid === undefined) return seen
  const { host, dataset } = inventory.mapping.primary
  const key = `${host}:${poolOf(dataset)}`
  const asked = names.get(key) ?? orCut(answered(sans.namesIn(host, poolOf(dataset), signal), signal))
  names.set(key, asked)
  const found = await asked
  const renamedTo = found === CUT ? undefined : found?.get(guid)
  return renamedTo === undefined ? seen : { ...seen, inventory: { ...inventory, renamedTo } }
}
