import type { Policy } from '#config/effective.ts'
import type { BookmarkEntry, SnapshotEntry } from '#lib/zfs/types.ts'
import { judge } from '../judge/judge.ts'
import { emptyMemory, remember } from '../memory.ts'
import type { PresentSide } from '../types/inventory.ts'
import type { JudgeInput, Memory, Verdict } from '../types/verdict.ts'
import { backupSide, guidOf, HOUR, inventoryOf, judgeInput, NOW, policyOf, primarySide, unreachable } from './world.ts'

/*
 * One mapping through weeks and years of virtual time, for the rule of delay: a primary that takes snapshots and prunes
 * them, a replicator that may be dead, and a check every so often whose memory goes through JSON each time, as if the
 * witness had been restarted. Time is in hours since NOW.
 */

export interface Taken extends SnapshotEntry {
  /** Hours since NOW at which it was really taken, whatever its date says. */
  readonly at: number
}

export class Years {
  hour = 0
  memory: Memory = emptyMemory()
  readonly taken: Taken[] = []
  here: Taken[] = []
  there: Taken[] = []
  marks: BookmarkEntry[] = []
  /** Added to what the primary's clock says, hours. */
  skewHours = 0
  /** Added to what the witness's clock says, hours. */
  offHours = 0
  readonly policy: Policy
  readonly over: Partial<JudgeInput>
  #txg = 1000n

  constructor(policy: Partial<Policy> = {}, over: Partial<JudgeInput> = {}) {
    this.policy = policyOf(policy)
    this.over = over
  }

  get now(): number {
    return NOW + (this.hour + this.offHours) * HOUR * 1000
  }

  snap(name = `s${this.taken.length}`): Taken {
    this.#txg += 10n
    const creation = Math.round(NOW / 1000 + (this.hour + this.skewHours) * HOUR)
    const entry = { name, guid: guidOf(name), createtxg: this.#txg, creation, holds: 0, at: this.hour }
    this.taken.push(entry)
    this.here.push(entry)
    return entry
  }

  /** Everything (or everything up to that one) is on the backup now. */
  replicate(upTo: Taken | undefined = this.here.at(-1)): void {
    if (upTo === undefined) return
    this.there.push(...this.here.filter((each) => each.createtxg <= upTo.createtxg && !this.there.includes(each)))
  }

  destroy(...gone: readonly Taken[]): void {
    this.here = this.here.filter((each) => !gone.includes(each))
  }

  /** What is older goes, save for those that are held. */
  prune(hours: number, held: readonly Taken[] = []): void {
    this.here = this.here.filter((each) => this.hour - each.at < hours || held.includes(each))
  }

  /** A bookmark keeps what its snapshot was. */
  mark(snapshot: Taken): void {
    const { name, guid, createtxg, creation } = snapshot
    this.marks.push({ name, guid, createtxg, creation })
  }

  primary(): PresentSide {
    return primarySide(this.here, this.marks)
  }

  check(
    unread: { readonly primary?: boolean; readonly backup?: boolean } = {},
    over: Partial<JudgeInput> = {},
  ): Verdict {
    const inventory = inventoryOf(
      unread.primary === true ? unreachable('hqs8') : this.primary(),
      unread.backup === true ? unreachable('hqs1') : backupSide(this.there),
      {
        readAt: this.now,
        primarySkewSeconds: unread.primary === true ? null : (this.skewHours - this.offHours) * HOUR,
      },
    )
    const seconds = this.now + (inventory.primarySkewSeconds ?? 0) * 1000
    const compared = judgeInput(inventory, { policy: this.policy, now: seconds }).comparison
    const input = judgeInput(inventory, {
      policy: this.policy,
      ...this.over,
      ...over,
      now: this.now,
      memory: this.memory,
      comparison: compared,
    })
    const verdict = judge(input)
    this.memory = JSON.parse(JSON.stringify(remember(input, verdict))) as Memory
    return verdict
  }

  /** Every `every` hours until `hours` later; whatever `each` does, happens at that hour. */
  go(hours: number, each: (hour: number) => void, every = 1): void {
    const end = this.hour + hours
    while (this.hour + every <= end) {
      this.hour += every
      each(this.hour)
    }
  }
}

/** Hours since Monday 00:00, 2026-11-16, of an hour since NOW. */
export const weekHour = (hour: number): number => (((hour + 6 * 24 + 12) % 168) + 168) % 168

export const hoursOf = (seconds: number | null): number | null => (seconds === null ? null : seconds / HOUR)
