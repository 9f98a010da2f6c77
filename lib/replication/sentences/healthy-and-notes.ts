import type { REASONS } from '../types/reason.ts'
import { nextForNone, type Sentences, sentence, whyNone } from './sentence.ts'

export const healthySentences: Sentences<(typeof REASONS)['HEALTHY'][number]> = {
  WITHIN_POLICY: (w, e) =>
    sentence(
      `${w.backup} is ${w.duration(e.delaySeconds)} behind ${w.primary}; policy allows ${w.duration(e.maxDelaySeconds)}.`,
    ),
  UP_TO_DATE: (w, e) => {
    const when = w.time(e.newestCommon.creation * 1000)
    if (e.nothingWanted && e.skipped > 0)
      return sentence(
        `${w.backup} lacks nothing from ${w.primary} that policy wants; the newest in common is of ${when}.`,
      )
    const wanted = e.skipped > 0 ? ' that policy wants' : ''
    return sentence(`${w.backup} has the newest snapshot from ${w.primary}${wanted} (${when}).`)
  },
  CONTAINER: (w, e) =>
    sentence(
      `${w.primaryDataset} never had a snapshot of its own: it only holds the ${e.below === 1 ? 'dataset' : `${e.below} datasets`} below it, and nothing of it is to be replicated.`,
    ),
}

export const noteSentences: Sentences<(typeof REASONS)['NOTE'][number]> = {
  GAP_ON_BACKUP: (w, e) => {
    const first = e.snapshots[0]
    const last = e.snapshots.at(-1)
    const between =
      first === undefined || last === undefined || first.guid === last.guid
        ? ''
        : ` between ${w.time(first.creation * 1000)} and ${w.time(last.creation * 1000)}`
    return sentence(
      `${w.backup} is missing ${e.count} of ${w.snapshots(e.eligible)}${between}. The newest ones match; the missing ones cannot be filled in.`,
    )
  },
  EXTRA_ON_BACKUP: (w, e) =>
    sentence(
      `${w.backup} has ${w.snapshots(e.count)} of its own after the last common one, without any change in them. They stay.`,
    ),
  BUSY: (w, e) => {
    if (e.lately === null)
      return sentence('Another receive is running on this dataset, not started from here.', 'Wait for it to end.')
    const { count, newest, taken, replicator, replicated, at } = e.lately
    const last = `@${newest}${taken === null ? '' : `, taken at ${w.time(taken * 1000)}`}`
    const which = count === 1 ? last : `${count} snapshots, the last one ${last}`
    if (!replicated)
      return sentence(
        `${w.backupDataset} has what was taken on ${w.backup} itself and not there at the check before that of ${w.time(at)}: ${which}. Nothing is set aside by itself before an interval has passed without another one.`,
        `Nothing, where it was you; else find out who takes snapshots on ${w.backup}.`,
      )
    const who = replicator === null ? 'Somebody else' : `Another replicator (${replicator}, by its names)`
    return sentence(
      `${who} was at work on ${w.backupDataset}: ${which}; it came before the check of ${w.time(at)}, and not from here. Nothing is set aside by itself before an interval has passed without it.`,
      `Find out who else writes to ${w.backup}; two replicators into one dataset undo each other's work (docs/beside-others.md).`,
    )
  },
  // When a repair of this dataset may start is said beside it; it need not be when the window opens.
  WAITING_FOR_WINDOW: (_, e) => sentence(`Repairs wait for their window (${e.window}).`),
  HOST_OFFLINE_PLANNED: (w, e) => {
    const until = e.backAt === null ? '' : ` until ${w.time(e.backAt)}`
    const seen =
      e.lastSeenAt === null
        ? ' It has not been seen yet.'
        : ` Last seen ${w.time(e.lastSeenAt)}${e.lastHealth === null ? '' : `: ${e.lastHealth.toLowerCase()}`}.`
    return sentence(`${e.host} is off as planned${until}.${seen}`)
  },
  ALL_LEFT_OUT: (w, e) => {
    const newer = e.behind === 0 ? 'the newest' : `${w.snapshots(e.behind)} older than the newest`
    return sentence(
      `${whyNone(w, e)}. So nothing is sent from here; by another tool ${w.backup} has @${e.newestCommon.name}, ${newer}.`,
      e.tooYoung > 0 ? null : nextForNone(w, e),
    )
  },
  CANMOUNT_UNSURE: (w, e) =>
    sentence(
      `${w.backupDataset} has canmount=noauto, and nothing is on record of the swap that made ${e.setAside}: one that was cut off before its last command leaves it so.`,
      `If ${w.backup} is to mount it at boot, let its admin run there: zfs set canmount=on ${w.backupDataset}`,
    ),
  NEW_CHILD: (w, e) =>
    sentence(
      `${w.primaryDataset} appeared on ${w.primary} at ${w.time(e.since)} and has no backup yet; the first one is due by ${w.time(e.dueAt)}.`,
    ),
}
