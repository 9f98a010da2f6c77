import type { Comparison, Inventory } from '#lib/replication/types.ts'
import type { ResumeTokenFacts, ZfsFault } from '#lib/zfs/types.ts'
import type { Sans } from './ports.ts'

interface Compared {
  readonly inventory: Inventory
  readonly comparison: Comparison | null
}

/** What a token said before. A token's facts never change, only whether it still applies. */
export class TokenBook {
  readonly #facts = new Map<string, ResumeTokenFacts>()

  get(token: string): ResumeTokenFacts | undefined {
    return this.#facts.get(token)
  }

  put(token: string, facts: ResumeTokenFacts): void {
    if (this.#facts.size > 1000) this.#facts.clear()
    this.#facts.set(token, facts)
  }
}

/** Fills in what a listing does not show: what a resume token holds, and what was written since the base. */
export async function enrich<T extends Compared>(
  sans: Sans,
  tokens: TokenBook | null,
  seen: readonly T[],
  signal?: AbortSignal,
): Promise<readonly T[]> {
  const written = await sans.writtenSince(
    seen.flatMap(({ inventory, comparison }) => asksWritten(inventory, comparison)),
    signal,
  )
  return Promise.all(
    seen.map(async (each) => {
      const { inventory, comparison } = each
      const { host, dataset } = inventory.mapping.backup
      const ask = asksWritten(inventory, comparison).length > 0
      const writtenSinceBase = ask ? (written.get(`${host}:${dataset}`) ?? null) : null
      return {
        ...each,
        inventory: { ...inventory, writtenSinceBase, token: await tokenOf(sans, tokens, inventory, signal) },
      }
    }),
  )
}

/** Only where the backup has snapshots of its own after the base: whether anything changed with them decides the repair. */
function asksWritten(inventory: Inventory, comparison: Comparison | null) {
  const base = comparison?.base
  if (base == null || comparison === null || comparison.backupAhead.length === 0) return []
  return [{ ...inventory.mapping.backup, snapshot: base.backupName }]
}

async function tokenOf(
  sans: Sans,
  tokens: TokenBook | null,
  inventory: Inventory,
  signal?: AbortSignal,
): Promise<Inventory['token']> {
  if (inventory.backup.state !== 'present' || inventory.primary.state === 'unknown') return null
  const token = inventory.backup.facts.receiveResumeToken
  if (token === null) return null
  const known = tokens?.get(token)
  if (known !== undefined) return known
  const answer = await sans.token(inventory.mapping.primary.host, token, signal)
  if (answer === null) return null
  if (isFault(answer)) return { unusable: answer.kind, text: answer.text }
  tokens?.put(token, answer)
  return answer
}

function isFault(answer: ResumeTokenFacts | ZfsFault): answer is ZfsFault {
  return 'kind' in answer
}
