import type { BookmarkEntry, SnapshotEntry } from '#lib/zfs/types.ts'
import type { Inventory, Plan, Step } from '../types.ts'
import { backupSide, guidOf, inventoryOf, MAPPING, MISSING, NOW, primarySide } from './world.ts'

interface BackupSnapshot extends SnapshotEntry {
  /** The backup was written to between the snapshot before it and this one. */
  readonly changed: boolean
}
interface Partial {
  readonly token: string
  readonly toGuid: string
  readonly fromGuid: string | null
}

/**
 * A pure model of both sides, as ZFS behaves: it runs the words of a plan's commands and refuses what ZFS refuses.
 * Made for properties over random histories, so it counts time by itself and holds no clock.
 */
export class Model {
  primary: SnapshotEntry[] = []
  bookmarks: BookmarkEntry[] = []
  backup: BackupSnapshot[] | null = null
  dirty = false
  partial: Partial | null = null
  #count = 0

  /** A new snapshot on the primary; one second after the last, so that ages stay fresh. */
  snapshot(prefix: string): void {
    const n = ++this.#count
    this.primary.push({
      name: `${prefix}${n}`,
      guid: guidOf(`p${n}`),
      createtxg: BigInt(1000 + n),
      creation: NOW / 1000 - 5000 + n,
      holds: 0,
    })
  }

  own(name: string): void {
    if (this.backup === null || this.backup.some((entry) => entry.name === name)) return
    const n = ++this.#count
    this.backup.push({
      name,
      guid: guidOf(`own${n}`),
      createtxg: BigInt(n),
      creation: NOW / 1000 - 5000 + n,
      holds: 0,
      changed: this.dirty,
    })
    this.dirty = false
  }

  bookmark(at: number): void {
    const entry = this.primary[at % this.primary.length]
    if (entry !== undefined) this.#mark(entry.name, `m${++this.#count}`)
  }

  inventory(): Inventory {
    if (this.backup === null) return inventoryOf(primarySide(this.primary, this.bookmarks), MISSING)
    const over = { written: this.dirty ? 4096 : 0, receiveResumeToken: this.partial?.token ?? null }
    return inventoryOf(primarySide(this.primary, this.bookmarks), backupSide(this.backup, over), {
      writtenSinceBase: this.#changedSinceBase() ? 4096 : 0,
      token: this.#tokenFacts(),
    })
  }

  /** Runs every step; throws where ZFS would refuse it. */
  run(plan: Plan): void {
    for (const step of plan.steps) this.#step(step)
  }

  #step(step: Step): void {
    if (step.kind === 'bookmark') this.#mark(step.snapshot.name, step.bookmark)
    if (step.kind !== 'transfer') return
    const words = step.source.argv
    const after = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined)
    const token = after('-t')
    if (token !== undefined) {
      this.#resume(token)
      return
    }
    const to = (words.at(-1) ?? '').slice(MAPPING.primary.dataset.length + 1)
    this.#receive(this.#stream(after('-I') ?? after('-i') ?? null, to, words.includes('-I')), step.sink.argv)
  }

  #stream(
    from: string | null,
    to: string,
    between: boolean,
  ): { readonly base: string | null; readonly sent: readonly SnapshotEntry[] } {
    const target = this.primary.find((entry) => entry.name === to)
    if (target === undefined) throw new Error(`no such snapshot to send: ${to}`)
    if (from === null) return { base: null, sent: [target] }
    const label = from.slice(MAPPING.primary.dataset.length + 1)
    const isBookmark = from.includes('#')
    if (isBookmark && between) throw new Error('multiple snapshots cannot be sent from a bookmark')
    const start = (isBookmark ? this.bookmarks : this.primary).find((entry) => entry.name === label)
    if (start === undefined || start.createtxg >= target.createtxg) throw new Error(`not an earlier snapshot: ${from}`)
    const range = this.primary.filter(
      (entry) => entry.createtxg > start.createtxg && entry.createtxg <= target.createtxg,
    )
    return { base: start.guid, sent: between ? range : [target] }
  }

  #receive(
    { base, sent }: { readonly base: string | null; readonly sent: readonly SnapshotEntry[] },
    sink: readonly string[],
  ): void {
    if (sink.includes('-F')) throw new Error('a plan must never force')
    if (this.partial !== null) throw new Error('contains partially-complete state')
    if (base === null && this.backup !== null) throw new Error('destination exists')
    const backup = this.backup ?? []
    const at = base === null ? -1 : backup.findIndex((entry) => entry.guid === base)
    if (base !== null && at < 0) throw new Error('does not match incremental source')
    if (this.dirty || backup.slice(at + 1).some((entry) => entry.changed))
      throw new Error('destination has been modified')
    for (const entry of sent) {
      if (backup.some((other) => other.name === entry.name)) throw new Error('destination already exists')
      backup.push({ ...entry, createtxg: BigInt(++this.#count), changed: false })
    }
    this.backup = backup
  }

  /** A transfer of the next snapshot is cut off half-way. */
  interrupt(next: { readonly toGuid: string; readonly fromGuid: string | null }): void {
    if (this.partial !== null) return
    this.backup ??= []
    this.partial = { ...next, token: `1-${(++this.#count).toString(16)}-80-789c` }
  }

  #resume(token: string): void {
    const { partial } = this
    const target = this.primary.find((entry) => entry.guid === partial?.toGuid)
    if (partial === null || partial.token !== token || target === undefined) throw new Error('cannot resume send')
    if (this.dirty || (this.backup?.at(-1)?.guid ?? null) !== partial.fromGuid)
      throw new Error('kernel modules must be upgraded')
    this.partial = null
    this.backup = [...(this.backup ?? []), { ...target, createtxg: BigInt(++this.#count), changed: false }]
  }

  #tokenFacts(): Inventory['token'] {
    const { partial } = this
    if (partial === null) return null
    const target = this.primary.find((entry) => entry.guid === partial.toGuid)
    if (target === undefined) return { unusable: 'token-stale', text: 'used in the initial send no longer exists' }
    return { ...partial, toName: `${MAPPING.primary.dataset}@${target.name}`, bytes: 10, remainingBytes: 20 }
  }

  #changedSinceBase(): boolean {
    const marks = [...this.primary, ...this.bookmarks].toSorted((a, b) => Number(a.createtxg - b.createtxg))
    const base = marks.findLast((entry) => this.backup?.some((other) => other.guid === entry.guid))
    const at = this.backup?.findIndex((entry) => entry.guid === base?.guid) ?? -1
    return this.dirty || (this.backup ?? []).slice(at + 1).some((entry) => entry.changed)
  }

  #mark(snapshot: string, name: string): void {
    const entry = this.primary.find((each) => each.name === snapshot)
    if (entry === undefined || this.bookmarks.some((each) => each.name === name))
      throw new Error(`cannot bookmark ${snapshot}`)
    this.bookmarks.push({ name, guid: entry.guid, createtxg: entry.createtxg, creation: entry.creation })
  }
}
