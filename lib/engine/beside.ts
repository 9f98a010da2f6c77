import { divergenceOf, isDiverged } from '#lib/replication/compare.ts'
import { halfDoneSwap } from '#lib/replication/swap.ts'
import type { Comparison, Inventory, SwapFacts } from '#lib/replication/types/inventory.ts'
import { bytesOverForSetAside, isDatasetName, parseOwnDatasetName } from '#lib/zfs/names.ts'
import { answered, CUT, orCut } from './internal-faults.ts'
import type { BesideBackup, LoginRights, Sans } from './ports.ts'

interface Seen {
  readonly inventory: Inventory
  readonly comparison: Comparison | null
}

/** Where nothing asks for it sooner, what stands beside a backup is read again after this long. */
const HOURS_MS = 6 * 3600_000

/** What stood beside each backup at the last reading, by `host:dataset`. */
export class BesideBook {
  readonly #properties = new Map<string, { readonly guid: string; readonly properties: Properties }>()
  #sweptAt = 0
  readonly #known = new Map<string, { readonly beside: BesideBackup; readonly at: number }>()

  get(key: string, now: number): BesideBackup | null {
    const known = this.#known.get(key)
    return known === undefined || now - known.at > HOURS_MS ? null : known.beside
  }

  properties(seen: Inventory): Properties | undefined {
    const known = this.#properties.get(keyOf(seen))
    return known?.guid === guidOf(seen) ? known.properties : undefined
  }

  putProperties(seen: Inventory, properties: Properties): void {
    if (this.#properties.size > 5000) this.#properties.clear()
    this.#properties.set(keyOf(seen), { guid: guidOf(seen), properties })
  }

  put(key: string, beside: BesideBackup | undefined, now: number): void {
    this.#sweep(now)
    if (beside === undefined) this.#known.delete(key)
    else this.#known.set(key, { beside, at: now })
  }

  get size(): number {
    return this.#known.size
  }

  /** What is too old to be an answer is of backups that are no longer asked about. */
  #sweep(now: number): void {
    if (Math.abs(now - this.#sweptAt) < HOURS_MS) return
    this.#sweptAt = now
    for (const [key, { at }] of this.#known) if (Math.abs(now - at) > HOURS_MS) this.#known.delete(key)
  }
}

/** What is set on a backup, as last read: good enough for the plan that a scan shows; a repair reads it again. */
type Properties = Omit<SwapFacts, 'children'>

interface BesideOptions {
  readonly book: BesideBook
  /** Read everything anew, rights too (a preview, a repair). */
  readonly fresh: boolean
  readonly now: number
  readonly signal?: AbortSignal
}

/**
 * Fills in what stands beside and below the backups, and what is set on those that may have to be set aside. Asked for
 * where it can matter; a healthy scan does without.
 */
export async function withBeside<T extends Seen>(
  sans: Sans,
  seen: readonly T[],
  options: BesideOptions,
): Promise<readonly (T & { readonly cut?: boolean })[]> {
  const { book, fresh, now, signal } = options
  const cut = new Set<T>()
  const toAsk = seen.filter(({ inventory, comparison }) => {
    if (!isNamable(inventory)) return false
    if (inventory.backup.state !== 'present' && inventory.backup.state !== 'missing') return false
    const known = book.get(keyOf(inventory), now)
    if (fresh || known === null || mayMatter(inventory, comparison)) return true
    return halfDoneSwap({ ...inventory, backupSiblings: known.siblings }) !== null
  })
  const asks = toAsk.map(({ inventory: { mapping, backup } }) => ({
    ...mapping.backup,
    present: backup.state === 'present',
  }))
  const answers =
    asks.length === 0 ? new Map<string, BesideBackup>() : await orCut(answered(sans.beside(asks, signal), signal))
  if (answers === CUT) for (const each of toAsk) cut.add(each)
  else for (const { inventory } of toAsk) book.put(keyOf(inventory), answers.get(keyOf(inventory)), now)
  const asked = new Set(toAsk)
  const wanting = seen.filter((each) => {
    const known = book.get(keyOf(each.inventory), now)
    return known !== null && asked.has(each) && !cut.has(each) && wantsSwapFacts(each, known, fresh)
  })
  const unread = wanting.filter(({ inventory }) => {
    const known = book.properties(inventory)
    return fresh || known === undefined || standsInTheWay(known, inventory)
  })
  const backups = unread.map(({ inventory }) => {
    const below = (book.get(keyOf(inventory), now)?.children.length ?? 0) > 0
    return { ...inventory.mapping.backup, below }
  })
  const read =
    backups.length === 0
      ? new Map<string, Properties>()
      : await orCut(answered(sans.swapProperties(backups, signal), signal))
  if (read === CUT) for (const each of unread) cut.add(each)
  else
    for (const { inventory } of unread) {
      const properties = read.get(keyOf(inventory))
      if (properties !== undefined) book.putProperties(inventory, properties)
    }
  const wanted = new Set(wanting)
  return Promise.all(
    seen.map(async (each) => {
      const { inventory } = each
      const known = book.get(keyOf(inventory), now)
      const rights = fresh && isNamable(inventory) ? await orCut(rightsOf(sans, inventory, signal)) : undefined
      const kept = rights === undefined ? null : await orCut(keptOf(sans, inventory, signal))
      if (cut.has(each) || rights === CUT || kept === CUT) return { ...each, cut: true }
      const siblings = known === null ? {} : { backupSiblings: known.siblings, ...aboveOf(inventory, known) }
      const wants = wanted.has(each) || (known === null && inventory.backup.state === 'present')
      const swap = wants
        ? swapOf(fresh && read !== CUT ? read.get(keyOf(inventory)) : book.properties(inventory), known)
        : {}
      return {
        ...each,
        inventory: {
          ...inventory,
          ...siblings,
          ...swap,
          ...(rights === undefined ? {} : { rights }),
          ...(kept === null ? {} : { kept }),
        },
      }
    }),
  )
}

/** A name that is too long for a set-aside holds every repair back: it may have been cured since. */
function standsInTheWay({ longestBelow = '' }: Properties, { mapping }: Inventory): boolean {
  return bytesOverForSetAside(mapping.backup.dataset, longestBelow.length) > 0
}

function aboveOf({ backup }: Inventory, { missingParents = [] }: BesideBackup): Pick<Inventory, 'missingParents'> {
  return backup.state === 'missing' && missingParents.length > 0 ? { missingParents } : {}
}

/** Null: asked for and not read. */
function swapOf(properties: Properties | undefined, known: BesideBackup | null): { readonly swap?: SwapFacts | null } {
  if (known === null || properties === undefined) return { swap: null }
  return { swap: { ...properties, children: known.children } }
}

function wantsSwapFacts({ inventory, comparison }: Seen, known: BesideBackup, fresh: boolean): boolean {
  if (inventory.backup.state !== 'present') return false
  return fresh || mayMatter(inventory, comparison) || known.siblings.length > 0
}

async function rightsOf(sans: Sans, { mapping }: Inventory, signal?: AbortSignal): Promise<Inventory['rights']> {
  const [primary, backup] = await Promise.all([
    answered(sans.rights(mapping.primary.host, mapping.primary.dataset, signal), signal),
    answered(sans.rights(mapping.backup.host, mapping.backup.dataset, signal), signal),
  ])
  return {
    primary: isRead(primary) ? primary.itself : primary,
    backup: isRead(backup) ? backup.beside : backup,
    onBackup: isRead(backup) ? backup.itself : backup,
  }
}

/** Null: there is none yet, or it could not be read; then ZFS leaves what is set locally to itself. */
async function keptOf(sans: Sans, { backup, mapping }: Inventory, signal?: AbortSignal) {
  if (backup.state !== 'present') return null
  const { host, dataset } = mapping.backup
  return answered(sans.keptProperties(host, dataset, backup.facts.type, signal), signal)
}

function isRead(rights: LoginRights | 'all' | null): rights is LoginRights {
  return rights !== null && rights !== 'all'
}

/** The backup is missing, shares nothing, went its own way, keeps a partial receive, or hangs on a clone of ours. */
function mayMatter(inventory: Inventory, comparison: Comparison | null): boolean {
  const { backup } = inventory
  if (backup.state !== 'present') return backup.state === 'missing'
  const { origin, receiveResumeToken } = backup.facts
  const ours = origin !== null && parseOwnDatasetName(origin.slice(0, origin.indexOf('@'))) !== null
  if (ours || receiveResumeToken !== null || comparison === null) return true
  // Raw: the strictest way to look at it, whatever the streams will be.
  return comparison.base === null || isDiverged(divergenceOf(inventory, comparison, true))
}

/** A child's backup may have a longer name than ZFS takes: then there is none, and nothing beside it. */
function isNamable({ mapping }: Inventory): boolean {
  return isDatasetName(mapping.backup.dataset)
}

function keyOf({ mapping }: Inventory): string {
  return `${mapping.backup.host}:${mapping.backup.dataset}`
}

/** After a swap another dataset stands in its place, of which nothing was read yet. */
function guidOf({ backup }: Inventory): string {
  return backup.state === 'present' ? backup.facts.guid : '-'
}
