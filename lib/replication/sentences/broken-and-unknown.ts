import { someOf } from '#lib/text/words.ts'
import type { REASONS } from '../types/reason.ts'
import type { Words } from '../words.ts'
import { type Evidence, renamedLine, yamlWord } from './evidence.ts'
import { behindWords, lagAction, nextForNone, type Sentences, sentence, stalePrimary, whyNone } from './sentence.ts'

export const brokenSentences: Sentences<(typeof REASONS)['BROKEN'][number]> = {
  HALF_DONE_SWAP: (w, e) =>
    sentence(
      `A repair was cut off while it swapped datasets on ${w.backup} (${e.datasets.join(', ')}). Finishing it takes seconds.`,
      'Let the repair finish it; nothing is seeded or sent before that.',
    ),
  POOL_UNAVAILABLE: (_, e) =>
    sentence(
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
    return sentence(
      `${w.primary}'s ${w.primaryDataset} ${what}; missed at ${w.time(e.at)}. Perhaps somebody destroyed them.${holds}`,
      `Delete nothing on ${w.backup}: \`zfs hold\` the snapshots of ${w.backupDataset} there, then find out what happened on ${w.primary}. Until somebody lifts this (\`zwitness adopt\`) nothing is set aside or seeded again by itself; increments go on.`,
    )
  },
  PRIMARY_REPLACED: (w, e) =>
    sentence(
      `${w.primary}'s ${w.primaryDataset} is another dataset than before (guid ${e.recordedGuid} → ${e.guid}). ${w.backup} may hold the only good copy; nothing is done without you.`,
      'Find out why the dataset was made anew before anything is sent from it.',
    ),
  PRIMARY_REWOUND: (w, e) =>
    sentence(
      `${w.primary}'s ${w.primaryDataset} went back in time (newest createtxg ${e.newestCreatetxgBefore} → ${e.newestCreatetxg ?? 'none'}). ${w.backup} may hold the only good copy; nothing is done without you.`,
      'Find out whether the primary was rolled back on purpose before anything is sent from it.',
    ),
  CHILDREN_GONE: (w, e) =>
    sentence(
      `${e.gone} of the ${e.of} children of ${w.primaryDataset} went at once on ${w.primary} (${someOf(e.names, e.gone)}; missed at ${w.time(e.at)}). Their backups on ${w.backup} are kept.`,
      'Find out who destroyed them. Until somebody acknowledges it nothing in this tree is set aside or seeded again by itself; increments go on.',
    ),
  PRIMARY_DATASET_MISSING: (w, e) => {
    if (e.renamedTo !== null)
      return sentence(
        `${w.primary} has no dataset ${w.primaryDataset}: it is ${e.renamedTo} now, the same dataset by its guid. ${w.backup} keeps what it has.`,
        e.child
          ? 'Put the new name of the dataset above it into the configuration; nothing is sent anew.'
          : `In the configuration, in place of \`name: ${yamlWord(w.primaryDataset)}\`, write \`${renamedLine(w, e.renamedTo)}\` and reload it; nothing is sent anew.`,
      )
    return sentence(
      `${w.primary} has no dataset ${w.primaryDataset}. ${w.backup} keeps what it has.`,
      'If it was renamed, change `name` in the configuration; if it is gone, the backup may be the only copy.',
    )
  },
  BACKUP_DATASET_MISSING: (w, e) =>
    sentence(
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
    return sentence(`${whyNone(w, e)}.${lacks} ${w.backup} keeps what it has.`, nextForNone(w, e))
  },
  NO_COMMON_SNAPSHOT: (w, e) => {
    const names = e.sameNames > 0 ? ` ${w.snapshots(e.sameNames)} share only a name: the guids differ.` : ''
    if (e.backupSnapshots === 0 && e.partialReceive) {
      return sentence(
        `The first transfer to ${w.backup} is not complete, so there is no common snapshot yet.`,
        'Resume the transfer.',
      )
    }
    return sentence(
      `${w.primary} and ${w.backup} share no snapshot, so an incremental send is impossible.${names}`,
      `Set ${w.backupDataset} aside and seed it again; the preview says what that needs.`,
    )
  },
  PRIMARY_STOPPED: stalePrimary,
  LAG_CRITICAL: (w, e) =>
    sentence(
      `${w.backup} is ${w.duration(e.delaySeconds)} behind ${w.primary}${behindWords(w, e)}. Limit ${w.duration(e.maxDelaySeconds)}.`,
      lagAction(e.snapshots),
    ),
}

export const unknownSentences: Sentences<(typeof REASONS)['UNKNOWN'][number]> = {
  WITNESS_ISOLATED: (w, e) =>
    sentence(
      `No SAN is reachable from the witness. Dataset states are unknown, alarms are held.${lastGood(w, e.lastLookAt)}`,
      "Check the witness's own network first.",
    ),
  HOST_KEY_CHANGED: (w, e) =>
    sentence(
      `${e.host} answered with a different host key. Nothing was sent. Compare fingerprints before trusting it.${lastGood(w, e.lastLookAt)}`,
      `Compare the fingerprint on ${e.host} itself, then run \`zwitness known-hosts accept ${e.host}\`.`,
    ),
  AUTH_FAILED: (w, e) =>
    sentence(
      `${e.host} refused the witness's key: ${stripStop(e.message)}.${lastGood(w, e.lastLookAt)}`,
      `Install the public key (\`zwitness keys show\`) for the configured user on ${e.host}.`,
    ),
  HOST_UNREACHABLE: (w, e) =>
    sentence(
      `The witness cannot reach ${e.host} over SSH (${stripStop(e.message)}).${lastGood(w, e.lastLookAt)}`,
      `Check that ${e.host} is up and reachable on its SSH port.`,
    ),
  LISTING_TIMED_OUT: (w, e) =>
    sentence(
      `${e.host} is reachable and too slow: ${stripStop(e.message)}. What was not read is not known.${lastGood(w, e.lastLookAt)}`,
      e.setting === null
        ? `Find out on ${e.host} why \`zfs list\` takes so long there.`
        : `Find out on ${e.host} why \`zfs list\` takes so long there, or give it more time: write \`${e.setting.name}: ${e.setting.raised}\` under \`limits:\` (now ${e.setting.now}).`,
    ),
  INTERNAL: (w, e) =>
    sentence(
      `The witness itself failed at this dataset: ${stripStop(e.message)}. Fault ${e.number} in the log; other datasets go on.${lastGood(w, e.lastLookAt)}`,
      `Search Logs for ${e.number}, report what it says, and check this dataset by hand meanwhile.`,
    ),
  STALE_CHECK: (w, e) =>
    e.aheadAt === null
      ? sentence(
          `Last checked ${w.duration(e.ageSeconds)} ago; the schedule is every ${w.duration(e.intervalSeconds)}. It was ${e.lastHealth} then.`,
          'Check now, and see in Runs why scheduled checks did not happen.',
        )
      : sentence(
          `The last check is dated ${w.time(e.aheadAt)}, in the future: the clock of the witness was ahead. It was ${e.lastHealth} then.`,
          'Set the clock of the witness (NTP), then check now.',
        ),
  NOT_CHECKED: (w, e) => notChecked(w, e),
}

function notChecked(w: Words, e: Evidence<'NOT_CHECKED'>) {
  if (e.kind === 'never') return sentence('Not checked yet.', 'Check now, or wait for the next scheduled check.')
  return sentence(
    `${e.host} could not be read: ${stripStop(e.message)}. What was not read is not known.${lastGood(w, e.lastLookAt)}`,
    'Cure what the message says, then check again.',
  )
}

function lastGood(words: Words, lastLookAt: number | null): string {
  return lastLookAt === null ? '' : ` Last good check ${words.time(lastLookAt)}.`
}

/** Fault texts are sentences of their own; inside another one their full stop would stand twice. */
function stripStop(text: string): string {
  return text.replace(/[.\s]+$/, '')
}
