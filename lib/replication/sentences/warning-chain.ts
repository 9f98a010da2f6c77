import { behindWords, lagAction, stalePrimary } from './lag.ts'
import { type Sentences, said, someOf } from './sentence.ts'

/** Warnings about the chain and its age. */
export const chainSentences: Sentences<
  | 'BASE_IS_BOOKMARK'
  | 'CHAIN_AT_RISK'
  | 'LAGGING'
  | 'RECOVERY_POINT_OLD'
  | 'PRIMARY_STALE'
  | 'WINDOW_MISSED'
  | 'CLOCK_SKEW'
  | 'RETIRED'
  | 'PRIMARY_REWRITTEN'
> = {
  BASE_IS_BOOKMARK: (w, e) =>
    said(
      `The last common snapshot is gone from ${w.primary}, but its bookmark is there: an incremental still works.`,
      e.behind === 0 ? null : 'Catch up from the bookmark.',
    ),
  CHAIN_AT_RISK: (w, e) => {
    const goes =
      e.goesAt === null
        ? ''
        : ` At present retention the last common snapshot on ${w.primary} goes about ${w.time(e.goesAt)}.`
    if (e.ownBookmarks >= e.limit)
      return said(
        `Nothing protects @${e.snapshot.name}, the newest common snapshot, on ${w.primary}: ${e.ownBookmarks} anchors are there already and no more are made.${goes}`,
        "`zwitness anchors --script` writes what removes old ones, for the SAN's admin.",
      )
    const what =
      e.commonSnapshots === 1
        ? `Only 1 common snapshot is left on ${w.primary} and nothing protects it.`
        : `Nothing protects @${e.snapshot.name}, the newest common snapshot, on ${w.primary}.`
    return said(`${what}${goes}`, 'Repair before retention on the primary removes it: a repair leaves an anchor.')
  },
  LAGGING: (w, e) =>
    said(
      `${w.backup} is ${w.duration(e.delaySeconds)} behind ${w.primary}${behindWords(w, e)}. Warning from ${w.duration(e.warnDelaySeconds)}, limit ${w.duration(e.maxDelaySeconds)}.`,
      lagAction(e.snapshots),
    ),
  RECOVERY_POINT_OLD: (w, e) =>
    said(
      `The newest snapshot that ${w.backup} shares with ${w.primary} is ${w.duration(e.lagSeconds)} old; policy wants it younger than ${w.duration(e.maxRecoveryPointSeconds)}.`,
      'See whether new snapshots are missing on the backup or were never taken.',
    ),
  PRIMARY_STALE: stalePrimary,
  WINDOW_MISSED: (w, e) => {
    const seen = e.lastSeenAt === null ? '' : ` Last seen ${w.time(e.lastSeenAt)}.`
    const windows = e.windows === 1 ? 'a whole window' : `${e.windows} whole windows`
    return said(
      `${e.host} was not reachable during ${windows} in which it should have been on.${seen}`,
      `Find out why ${e.host} was not switched on.`,
    )
  },
  CLOCK_SKEW: (w, e) => {
    const clocks = `${e.host} has ${w.time(e.hostTime)}, the witness ${w.time(e.witnessTime)}`
    if (e.future !== null) {
      return said(
        `@${e.future.name} is dated in the future (${w.time(e.future.creation * 1000)}); ${clocks}.`,
        `Set the clock of ${e.host} (NTP).`,
      )
    }
    return said(
      `The clock of ${e.host} is off by ${w.duration(Math.abs(e.skewSeconds))}: ${clocks}.`,
      `Set the clock of ${e.host} (NTP).`,
    )
  },
  PRIMARY_REWRITTEN: (w, e) =>
    said(
      `@${e.snapshot.name} rewrote most of ${w.primaryDataset} on ${w.primary}: ${w.bytes(e.rewrittenBytes)} of the ${w.bytes(e.beforeBytes)} before it. What encrypts everything looks like that; so does a restore.`,
      `Look at the data on ${w.primary}${e.before === null ? '' : `; @${e.before.name} is the last snapshot before it`}. If it was intended, acknowledge it (\`zwitness ack\`).`,
    ),
  RETIRED: (w, e) => {
    if (e.count === null) {
      const kept = e.backup === false ? 'its backup is gone too' : 'its backup is kept'
      return said(`${w.primaryDataset} is gone on ${w.primary}. It was a child of a recursive mapping; ${kept}.`)
    }
    const since = e.at === null ? '' : `, the last one missed at ${w.time(e.at)}`
    const [one, are] = e.count === 1 ? ['1 child', 'is'] : [`${e.count} children`, 'are']
    return said(
      `${one} of ${w.primaryDataset} ${are} gone on ${w.primary} (${someOf(e.names, e.count)}${since}). What is on ${w.backup} is kept.`,
      'Acknowledge it if they were destroyed on purpose; if not, their backups may be the only copies.',
    )
  },
}
