import type { LineRecord, Store } from '#lib/db/types.ts'
import type { Inventory, Mapping } from '#lib/replication/types/inventory.ts'
import type { LineMemory } from '#lib/replication/types/verdict.ts'

/**
 * How encrypted primaries were sent, by the guid that the primary says and the host that it goes to. Neither the name of a
 * mapping nor that of a dataset counts, nor anything that the backup says; with a lost database all is forgotten, and a person
 * has to decide anew. Written through to the store.
 */
export class LineBook {
  readonly #store: Pick<Store, 'lines' | 'saveLine'>
  readonly #lines = new Map<string, LineRecord>()
  /** Guid and host of those that were ever raw. */
  readonly #raw = new Set<string>()
  readonly #unsaved = new Set<string>()

  constructor(store: Pick<Store, 'lines' | 'saveLine'>) {
    this.#store = store
  }

  async load(): Promise<void> {
    for (const line of await this.#store.lines()) if (!this.#unsaved.has(keyOf(line))) this.#keep(line)
  }

  /** Undefined where the primary was not seen: then nothing is sent either. */
  of({ primary, mapping }: Pick<Inventory, 'primary' | 'mapping'>): LineMemory | undefined {
    if (primary.state !== 'present') return undefined
    const line = emptyLine(primary.facts.guid, mapping)
    return { raw: this.#raw.has(lineOf(line)), decrypted: this.#lines.get(keyOf(line))?.decryptedAt != null }
  }

  /** A check saw that what is on the backup was received raw. Kept in the store by `flush`. */
  sawRaw({ primary, mapping }: Pick<Inventory, 'primary' | 'mapping'>, now: number): void {
    if (primary.state !== 'present') return
    const line = this.#known(primary.facts.guid, mapping)
    if (line.rawAt === null) this.#change({ ...line, rawAt: now })
  }

  /** It is sent raw from now on: what was decided of this backup before is over. Before the first byte. */
  async sendsRaw({ primary, mapping }: Pick<Inventory, 'primary' | 'mapping'>, now: number): Promise<void> {
    if (primary.state !== 'present') return
    const line = this.#known(primary.facts.guid, mapping)
    if (line.rawAt === null || line.decryptedAt !== null)
      this.#change({ ...line, rawAt: now, decryptedAt: null, decryptedRun: null })
    await this.flush()
  }

  /** A person has started a repair that says what becomes readable. Before the first byte. */
  async decided(
    { primary, mapping }: Pick<Inventory, 'primary' | 'mapping'>,
    { runId, now }: { readonly runId: number; readonly now: number },
  ): Promise<void> {
    if (primary.state !== 'present') return
    const line = this.#known(primary.facts.guid, mapping)
    if (line.decryptedAt === null) this.#change({ ...line, decryptedAt: now, decryptedRun: runId })
    await this.flush()
  }

  /** @throws what the store says; what it did not take is tried again the next time */
  async flush(): Promise<void> {
    for (const key of [...this.#unsaved]) {
      const line = this.#lines.get(key)
      if (line !== undefined) await this.#store.saveLine(line)
      this.#unsaved.delete(key)
    }
  }

  #known(primaryGuid: string, mapping: Mapping): LineRecord {
    const line = emptyLine(primaryGuid, mapping)
    return this.#lines.get(keyOf(line)) ?? line
  }

  #change(line: LineRecord): void {
    this.#unsaved.add(keyOf(line))
    this.#keep(line)
  }

  #keep(line: LineRecord): void {
    this.#lines.set(keyOf(line), line)
    if (line.rawAt !== null) this.#raw.add(lineOf(line))
  }
}

function emptyLine(primaryGuid: string, { backup }: Mapping): LineRecord {
  const { host: backupHost, dataset: backupDataset } = backup
  return { primaryGuid, backupHost, backupDataset, rawAt: null, decryptedAt: null, decryptedRun: null }
}

const lineOf = ({ primaryGuid, backupHost }: LineRecord): string => `${primaryGuid} ${backupHost}`
const keyOf = (line: LineRecord): string => `${lineOf(line)} ${line.backupDataset}`
