import { readable } from './readable.ts'
import { type Sentences, said } from './sentence.ts'

/** Warnings about what a repair met or would meet. */
export const repairSentences: Sentences<
  | 'ENCRYPTION_MISMATCH'
  | 'REPAIR_FAILING'
  | 'STALLED'
  | 'PERMISSION_MISSING'
  | 'ANOTHER_WITNESS'
  | 'LOW_SPACE'
  | 'POOL_DEGRADED'
> = {
  ENCRYPTION_MISMATCH: (w, e) => {
    const anew = 'begin a new, raw backup beside it: write another `backup_dataset`, and what is there stays as it is'
    const plain = `if its data may leave ${w.primary} decrypted, write \`send: { raw: false }\` for this dataset`
    const choice = e.everRaw
      ? `B${anew.slice(1)}. Whatever else sends into it must send raw (\`zfs send -w\`).`
      : `Either ${anew}. Or, ${plain}.`
    switch (e.why) {
      case 'raw-onto-plain':
        return said(
          e.everRaw
            ? `${w.primaryDataset} went to ${w.backup} raw, and ${w.backupDataset} is not encrypted: something else stands in its place, and no raw increment can go into it.`
            : `${w.primaryDataset} is encrypted and ${w.backupDataset} is not: no raw increment can go into it, and nothing is sent decrypted unless you say so.`,
          choice,
        )
      case 'iv-sets-differ':
        return said(
          `${w.backupDataset}@${e.base} was not received raw: its IV set is another one than on ${w.primary}, so every raw increment from it will fail ("IV set guid mismatch"). A stream that was not raw has gone into this backup.`,
          choice,
        )
      case 'iv-sets-unread':
        return said(
          `Whether ${w.backupDataset}@${e.base} was received raw could not be read (\`zfs get ivsetguid\`), so nothing is sent: one stream of the other kind would end the line.`,
          e.wish === false
            ? 'Check again.'
            : 'Check again. Where a host never says it, write `send: { raw: true }`: a raw stream that does not fit is refused and harms nothing.',
        )
      case 'line-is-raw':
        return said(
          `\`send.raw: false\` says decrypted, but what ${w.backup} has of ${w.primaryDataset} is raw: one decrypted increment would end that for good ("IV set guid mismatch").`,
          'Write `send: { raw: auto }` for this dataset. If the backup is to be decrypted, begin a new one: write another `backup_dataset`, and start its first repair yourself.',
        )
      case 'not-decided':
        return said(
          `${readable(w, e)} No person has decided that for this backup yet.`,
          `If that is meant, preview the repair and start it yourself (\`zwitness repair\`): from then on it goes by itself. If not, write \`send: { raw: auto }\` for this dataset.`,
        )
      case 'primary-says-plain':
        return said(
          `${w.primaryDataset} was sent to ${w.backup} raw, so it is encrypted, and ${w.primary} says by now that it is not. ZFS cannot undo encryption, so nothing is sent.`,
          `Look at ${w.primary} yourself (\`zfs get guid,encryption ${w.primaryDataset}\`): what answers there may not be what it was.`,
        )
      case 'plain-below-encrypted':
        return said(
          `${w.primaryDataset} is not encrypted, and ${e.keyOf} on ${w.backup}, below which it would be kept, is, without its key: ZFS takes it only unencrypted, which nobody has asked for.`,
          `Write a \`backup_dataset\` below something that is not encrypted. Or, if it may lie there unencrypted, receive its first snapshot yourself with \`zfs receive -s -u -o readonly=on -o encryption=off ${w.backupDataset}\`.`,
        )
      case 'backup-key-unavailable':
        return said(
          `${w.backupDataset} is encrypted, is not sent raw, and its key is not loaded on ${w.backup}: nothing can be received.`,
          `Load the key on ${w.backup} (\`zfs load-key ${e.keyOf ?? w.backupDataset}\`).`,
        )
      case 'key-unavailable':
        return said(
          `By \`send.raw: false\` the primary is sent decrypted, and its key is not loaded on ${w.primary}.`,
          `Load the key on ${w.primary} (\`zfs load-key ${e.keyOf ?? w.primaryDataset}\`).`,
        )
    }
  },
  REPAIR_FAILING: (w, e) =>
    said(
      `Repairs of ${w.backupDataset} failed ${e.failures} times, the last two in the same way: ${e.message}${e.nextTry === null ? '' : ` The next try is at ${w.time(e.nextTry)}.`}`,
      `Cure what the message says, then repair it yourself, or \`zwitness resume\` it: automatic repairs go on at once then.`,
    ),
  STALLED: (_, e) =>
    said(`No data moved any more and the transfer was ended: ${e.message}`, 'Resume it; what arrived is kept.'),
  PERMISSION_MISSING: (_, e) =>
    said(
      `A right is missing: ${e.message}`,
      'Delegate it: `zwitness keys show` prints the `zfs allow` lines of every SAN.',
    ),
  ANOTHER_WITNESS: (w, e) =>
    said(
      `Another witness (${e.other}) repaired ${w.backupDataset} last, at ${w.time(e.at)}. Until ${w.time(e.until)} this one (${e.own}) repairs it only where a person wants it.`,
      'Let one of the two do the repairs and set `auto_repair: false` in the other. Repair it from here once to take over; with no repair from there for a day this one goes on by itself.',
    ),
  LOW_SPACE: (w, e) => {
    if (e.neededBytes === null) {
      return said(
        `${e.repairMessage ?? 'The last repair ran out of space.'} ${e.pool} has ${w.bytes(e.freeBytes)} free.`,
        `Free space in ${e.pool}.`,
      )
    }
    if (e.limit !== null) {
      const { availableBytes, quotas } = e.limit
      const named = quotas.map(({ dataset, property, bytes }) => `\`${property}=${w.bytes(bytes)}\` on ${dataset}`)
      const [because, cure] =
        named.length === 0
          ? ['a quota on it or above it', `the quota on ${w.backup} (\`zfs get quota,refquota\` shows where it is)`]
          : [named.join(' and '), `${quotas.length === 1 ? 'that quota' : 'one of these quotas'} on ${w.backup}`]
      return said(
        `About ${w.bytes(e.neededBytes)} wait to be sent, and ${w.backupDataset} may take only ${w.bytes(availableBytes)} more: ${because}.`,
        `Raise ${cure}, or make room below it.`,
      )
    }
    return said(
      `The repair needs about ${w.bytes(e.neededBytes)}; ${e.pool} has ${w.bytes(e.freeBytes)} free, of which ${w.bytes(e.keepFreeBytes)} must stay.`,
      `Free space in ${e.pool}, or lower \`keep_free\`.`,
    )
  },
  POOL_DEGRADED: (_, e) =>
    said(
      `Pool ${e.pool} on ${e.host} is ${e.health}. Incrementals go on; a new seed asks first.`,
      `Look at \`zpool status ${e.pool}\` on ${e.host} and replace the faulty device.`,
    ),
}
