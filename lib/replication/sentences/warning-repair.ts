import { type Sentences, said } from './sentence.ts'

/** Warnings about what a repair met or would meet. */
export const repairSentences: Sentences<
  'ENCRYPTION_MISMATCH' | 'REPAIR_FAILING' | 'STALLED' | 'PERMISSION_MISSING' | 'LOW_SPACE' | 'POOL_DEGRADED'
> = {
  ENCRYPTION_MISMATCH: (w, e) => {
    if (e.why === 'raw-onto-plain') {
      return said(
        `Policy says raw, but ${w.backup}'s copy was not received raw: raw and other streams of one dataset cannot be mixed.`,
        'Set `send.raw: auto` for this dataset, or seed a new backup.',
      )
    }
    if (e.why === 'backup-key-unavailable') {
      return said(
        `${w.backup}'s copy is encrypted and its key is not loaded there, so nothing but a raw stream could be received.`,
        `Load the key on ${w.backup} (\`zfs load-key ${w.backupDataset}\`).`,
      )
    }
    if (e.why === 'iv-sets-differ') {
      return said(
        `${w.backupDataset}@${e.ivSets?.base} was not received raw: its IV set is another one than on ${w.primary}, so every raw increment from it will fail ("IV set guid mismatch"). A stream that was not raw has gone into this backup.`,
        'Begin a new backup beside it: write another `backup_dataset` and let it be seeded raw; what is there stays as it is. Whatever else sends into it must send raw (`zfs send -w`).',
      )
    }
    return said(
      `The primary is encrypted and its key is not loaded; only a raw send works, and ${w.backup}'s copy is not raw.`,
      `Load the key on ${w.primary} (\`zfs load-key ${w.primaryDataset}\`).`,
    )
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
