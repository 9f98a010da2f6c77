import type { REASONS } from '../types.ts'
import { behindWords, lagAction, stalePrimary } from './lag.ts'
import { nextForNone, whyNone } from './left-out.ts'
import { renamedLine, yamlWord } from './renamed.ts'
import { type Sentences, said, someOf } from './sentence.ts'

export const brokenSentences: Sentences<(typeof REASONS)['BROKEN'][number]> = {
  HALF_DONE_SWAP: (w, e) =>
    said(
      `A repair was cut off while it swapped datasets on ${w.backup} (${e.datasets.join(', ')}). Finishing it takes seconds.`,
      'Let the repair finish it; nothing is seeded or sent before that.',
    ),
  POOL_UNAVAILABLE: (_, e) =>
    said(
      `Pool ${e.pool} on ${e.host} is ${e.health}.`,
      `Look at \`zpool status ${e.pool}\` on ${e.host}. Everything for this pool is held until it is back.`,
    ),
  PRIMARY_LOST_HISTORY: (w, e) => {
    const what =
      e.common === null
        ? `lost most of its snapshots at once: ${e.before.count} over ${w.duration(e.before.spanSeconds)} became ${
            e.after.count === 0
              ? 'none'
              : e.after.count === 1
                ? '1'
                : `${e.after.count} over ${w.duration(e.after.spanSeconds)}`
          }`
        : `no longer has @${e.common.name}, the newest snapshot in common, which was ${w.duration(e.ageSeconds ?? 0)} old ${
            e.usualSeconds === null
              ? '(older ones of its kind are still there)'
              : `(its kind is kept for about ${w.duration(e.usualSeconds)})`
          }`
    const only = e.onlyOnBackup?.count ?? 0
    const holds = only === 0 ? '' : ` ${w.snapshots(only)} ${only === 1 ? 'is' : 'are'} only on ${w.backup} now.`
    return said(
      `${w.primary}'s ${w.primaryDataset} ${what}; missed at ${w.time(e.at)}. Perhaps somebody destroyed them.${holds}`,
      `Delete nothing on ${w.backup}: \`zfs hold\` the snapshots of ${w.backupDataset} there, then find out what happened on ${w.primary}. Until somebody lifts this (\`zwitness adopt\`) nothing is set aside or seeded again by itself; increments go on.`,
    )
  },
  PRIMARY_REPLACED: (w, e) =>
    said(
      `${w.primary}'s ${w.primaryDataset} is another dataset than before (guid ${e.recordedGuid} → ${e.guid}). ${w.backup} may hold the only good copy; nothing is done without you.`,
      'Find out why the dataset was made anew before anything is sent from it.',
    ),
  PRIMARY_REWOUND: (w, e) =>
    said(
      `${w.primary}'s ${w.primaryDataset} went back in time (newest createtxg ${e.newestCreatetxgBefore} → ${e.newestCreatetxg ?? 'none'}). ${w.backup} may hold the only good copy; nothing is done without you.`,
      'Find out whether the primary was rolled back on purpose before anything is sent from it.',
    ),
  CHILDREN_GONE: (w, e) =>
    said(
      `${e.gone} of the ${e.of} children of ${w.primaryDataset} went at once on ${w.primary} (${someOf(e.names, e.gone)}; missed at ${w.time(e.at)}). Their backups on ${w.backup} are kept.`,
      'Find out who destroyed them. Until somebody acknowledges it nothing in this tree is set aside or seeded again by itself; increments go on.',
    ),
  PRIMARY_DATASET_MISSING: (w, e) => {
    if (e.renamedTo !== null)
      return said(
        `${w.primary} has no dataset ${w.primaryDataset}: it is ${e.renamedTo} now, the same dataset by its guid. ${w.backup} keeps what it has.`,
        e.child
          ? 'Put the new name of the dataset above it into the configuration; nothing is sent anew.'
          : `In the configuration, in place of \`name: ${yamlWord(w.primaryDataset)}\`, write \`${renamedLine(w, e.renamedTo)}\` and reload it; nothing is sent anew.`,
      )
    return said(
      `${w.primary} has no dataset ${w.primaryDataset}. ${w.backup} keeps what it has.`,
      'If it was renamed, change `name` in the configuration; if it is gone, the backup may be the only copy.',
    )
  },
  BACKUP_DATASET_MISSING: (w, e) =>
    said(
      `${w.backup} has no dataset ${w.backupDataset}.`,
      e.leftOut === null
        ? e.eligible === 0
          ? `Take a snapshot on ${w.primary} first.`
          : `Seed it from ${w.primary}; the preview shows size and commands.`
        : `There is nothing to seed it with: ${whyNone(w, e.leftOut)}. ${nextForNone(w, e.leftOut)}`,
    ),
  PRIMARY_EMPTY: (w, e) => {
    const lacks =
      e.lacked === null
        ? ''
        : ` The newest, @${e.lacked.name} (${w.time(e.lacked.creation * 1000)}), is not on ${w.backup}.`
    return said(`${whyNone(w, e)}.${lacks} ${w.backup} keeps what it has.`, nextForNone(w, e))
  },
  NO_COMMON_SNAPSHOT: (w, e) => {
    const names = e.sameNames > 0 ? ` ${w.snapshots(e.sameNames)} share only a name: the guids differ.` : ''
    if (e.backupSnapshots === 0 && e.partialReceive) {
      return said(
        `The first transfer to ${w.backup} is not complete, so there is no common snapshot yet.`,
        'Resume the transfer.',
      )
    }
    return said(
      `${w.primary} and ${w.backup} share no snapshot, so an incremental send is impossible.${names}`,
      `Set ${w.backupDataset} aside and seed it again; the preview says what that needs.`,
    )
  },
  PRIMARY_STOPPED: stalePrimary,
  LAG_CRITICAL: (w, e) =>
    said(
      `${w.backup} is ${w.duration(e.delaySeconds)} behind ${w.primary}${behindWords(w, e)}. Limit ${w.duration(e.maxDelaySeconds)}.`,
      lagAction(e.snapshots),
    ),
}
