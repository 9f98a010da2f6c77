import { someOf } from '#lib/text/words.ts'
import { behindWords, lagAction, readable, type Sentences, sentence, stalePrimary } from './sentence.ts'

/** Warnings about what stands on the backup. */
export const backupSentences: Sentences<
  'BACKUP_IN_USE' | 'NAME_CLASH' | 'BACKUP_MODIFIED' | 'BACKUP_AHEAD' | 'SET_ASIDE_LIMIT' | 'PARTIAL_RECEIVE'
> = {
  BACKUP_IN_USE: (w, e) => {
    if (e.grewAt === null) {
      return sentence(
        `${w.backupDataset} has diverged and is itself the primary of another mapping: someone may be working on the backup. Nothing is moved without you.`,
        'Find out which copy is the live one before repairing.',
      )
    }
    const grew = e.grewBytes === null ? `seen at ${w.time(e.grewAt)}` : `+${w.bytes(e.grewBytes)} since the last check`
    const proven = e.setsAside === 'proven' ? ', and only if an earlier check saw both sides in common' : ''
    const next =
      e.setsAside === null
        ? 'Nothing is moved without you.'
        : `It is set aside by itself only after an interval without a write${proven}.`
    return sentence(
      `${w.backupDataset} is being written to (${grew}): someone may be working on the backup. ${next}`,
      `Find out who writes on ${w.backup}; if it is a failover, pause repairs or set \`on_diverged: ask\`. \`readonly=on\` on the backup prevents it.`,
    )
  },
  NAME_CLASH: (w, e) => {
    const more = e.count > 1 ? ` The same holds for ${e.count - 1} more.` : ''
    const what = `Both sides have @${e.clashes[0]?.name ?? ''}, but they are different snapshots (guids differ).${more}`
    if (e.onlyNames && e.renamed)
      return sentence(
        what,
        `A repair gives what is on ${w.backup} another name and goes on from @${e.goesOnFrom}: nothing is destroyed, and nothing sent twice.`,
      )
    const rename = e.onlyNames
      ? ` Or give what is on ${w.backup} another name (\`zfs rename\`): only the name is in the way, and nothing is sent twice.`
      : ''
    return sentence(
      what,
      e.goesOnFrom === null
        ? `No common snapshot is older, so a repair sets ${w.backupDataset} aside and sends everything again.${rename}`
        : `Set what is in the way on ${w.backup} aside and go on from @${e.goesOnFrom}.${rename}`,
    )
  },
  BACKUP_MODIFIED: (w, e) =>
    sentence(
      e.onlyDirectories
        ? `Directories of ${w.backupDataset} were touched after its last snapshot (${w.bytes(e.writtenBytes)}), as mounting a child does; no file in it is another one.`
        : `${w.backupDataset} was written to after its last snapshot (${w.bytes(e.writtenBytes)}).`,
      e.readonly
        ? 'Set the changes aside and rewind to the last common snapshot.'
        : `Set the changes aside and rewind; \`zfs set readonly=on ${w.backupDataset}\` on ${w.backup} prevents the next time.`,
    ),
  BACKUP_AHEAD: (w, e) =>
    sentence(
      `${w.backup} holds ${w.snapshots(e.count)} newer than the last common one (@${e.base.name}) that ${w.primary} does not have.`,
      'Set them aside and rewind to the last common snapshot.',
    ),
  SET_ASIDE_LIMIT: (w, e) =>
    sentence(
      `${e.setAsides.length} set-asides of ${w.backupDataset} are kept on ${w.backup}; no more than ${e.limit} are made by themselves.`,
      'Look at what was set aside and remove what is not needed (`zwitness set-asides`).',
    ),
  PARTIAL_RECEIVE: (w, e) => {
    const total =
      e.receivedBytes !== null && e.remainingBytes !== null
        ? ` of about ${w.bytes(e.receivedBytes + e.remainingBytes)}`
        : ''
    const kept = e.receivedBytes === null ? '' : ` (${w.bytes(e.receivedBytes)}${total} kept)`
    if (e.unusable !== null) {
      return sentence(
        `A transfer stopped part-way${kept} and can no longer be resumed: ${e.unusable}.`,
        'Set the remainder aside and rewind.',
      )
    }
    return sentence(`A transfer stopped part-way${kept}. It can resume.`, 'Resume it.')
  },
}

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
    sentence(
      `The last common snapshot is gone from ${w.primary}, but its bookmark is there: an incremental still works.`,
      e.behind === 0 ? null : 'Catch up from the bookmark.',
    ),
  CHAIN_AT_RISK: (w, e) => {
    const goes =
      e.goesAt === null
        ? ''
        : ` At present retention the last common snapshot on ${w.primary} goes about ${w.time(e.goesAt)}.`
    if (e.ownBookmarks >= e.limit)
      return sentence(
        `Nothing protects @${e.snapshot.name}, the newest common snapshot, on ${w.primary}: ${e.ownBookmarks} anchors are there already and no more are made.${goes}`,
        "`zwitness anchors --script` writes what removes old ones, for the SAN's admin.",
      )
    const what =
      e.commonSnapshots === 1
        ? `Only 1 common snapshot is left on ${w.primary} and nothing protects it.`
        : `Nothing protects @${e.snapshot.name}, the newest common snapshot, on ${w.primary}.`
    return sentence(`${what}${goes}`, 'Repair before retention on the primary removes it: a repair leaves an anchor.')
  },
  LAGGING: (w, e) =>
    sentence(
      `${w.backup} is ${w.duration(e.delaySeconds)} behind ${w.primary}${behindWords(w, e)}. Warning from ${w.duration(e.warnDelaySeconds)}, limit ${w.duration(e.maxDelaySeconds)}.`,
      lagAction(e.snapshots),
    ),
  RECOVERY_POINT_OLD: (w, e) =>
    sentence(
      `The newest snapshot that ${w.backup} shares with ${w.primary} is ${w.duration(e.lagSeconds)} old; policy wants it younger than ${w.duration(e.maxRecoveryPointSeconds)}.`,
      'See whether new snapshots are missing on the backup or were never taken.',
    ),
  PRIMARY_STALE: stalePrimary,
  WINDOW_MISSED: (w, e) => {
    const seen = e.lastSeenAt === null ? '' : ` Last seen ${w.time(e.lastSeenAt)}.`
    const windows = e.windows === 1 ? 'a whole window' : `${e.windows} whole windows`
    return sentence(
      `${e.host} was not reachable during ${windows} in which it should have been on.${seen}`,
      `Find out why ${e.host} was not switched on.`,
    )
  },
  CLOCK_SKEW: (w, e) => {
    const clocks = `${e.host} has ${w.time(e.hostTime)}, the witness ${w.time(e.witnessTime)}`
    if (e.future !== null) {
      return sentence(
        `@${e.future.name} is dated in the future (${w.time(e.future.creation * 1000)}); ${clocks}.`,
        `Set the clock of ${e.host} (NTP).`,
      )
    }
    return sentence(
      `The clock of ${e.host} is off by ${w.duration(Math.abs(e.skewSeconds))}: ${clocks}.`,
      `Set the clock of ${e.host} (NTP).`,
    )
  },
  PRIMARY_REWRITTEN: (w, e) =>
    sentence(
      `@${e.snapshot.name} rewrote most of ${w.primaryDataset} on ${w.primary}: ${w.bytes(e.rewrittenBytes)} of the ${w.bytes(e.beforeBytes)} before it. What encrypts everything looks like that; so does a restore.`,
      `Look at the data on ${w.primary}${e.before === null ? '' : `; @${e.before.name} is the last snapshot before it`}. If it was intended, acknowledge it (\`zwitness ack\`).`,
    ),
  RETIRED: (w, e) => {
    if (e.count === null) {
      const kept = e.backup === false ? 'its backup is gone too' : 'its backup is kept'
      return sentence(`${w.primaryDataset} is gone on ${w.primary}. It was a child of a recursive mapping; ${kept}.`)
    }
    const since = e.at === null ? '' : `, the last one missed at ${w.time(e.at)}`
    const [one, are] = e.count === 1 ? ['1 child', 'is'] : [`${e.count} children`, 'are']
    return sentence(
      `${one} of ${w.primaryDataset} ${are} gone on ${w.primary} (${someOf(e.names, e.count)}${since}). What is on ${w.backup} is kept.`,
      'Acknowledge it if they were destroyed on purpose; if not, their backups may be the only copies.',
    )
  },
}

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
        return sentence(
          e.everRaw
            ? `${w.primaryDataset} went to ${w.backup} raw, and ${w.backupDataset} is not encrypted: something else stands in its place, and no raw increment can go into it.`
            : `${w.primaryDataset} is encrypted and ${w.backupDataset} is not: no raw increment can go into it, and nothing is sent decrypted unless you say so.`,
          choice,
        )
      case 'iv-sets-differ':
        return sentence(
          `${w.backupDataset}@${e.base} was not received raw: its IV set is another one than on ${w.primary}, so every raw increment from it will fail ("IV set guid mismatch"). A stream that was not raw has gone into this backup.`,
          choice,
        )
      case 'iv-sets-unread':
        return sentence(
          `Whether ${w.backupDataset}@${e.base} was received raw could not be read (\`zfs get ivsetguid\`), so nothing is sent: one stream of the other kind would end the line.`,
          e.wish === false
            ? 'Check again.'
            : 'Check again. Where a host never says it, write `send: { raw: true }`: a raw stream that does not fit is refused and harms nothing.',
        )
      case 'line-is-raw':
        return sentence(
          `\`send.raw: false\` says decrypted, but what ${w.backup} has of ${w.primaryDataset} is raw: one decrypted increment would end that for good ("IV set guid mismatch").`,
          'Write `send: { raw: auto }` for this dataset. If the backup is to be decrypted, begin a new one: write another `backup_dataset`, and start its first repair yourself.',
        )
      case 'not-decided':
        return sentence(
          `${readable(w, e)} No person has decided that for this backup yet.`,
          `If that is meant, preview the repair and start it yourself (\`zwitness repair\`): from then on it goes by itself. If not, write \`send: { raw: auto }\` for this dataset.`,
        )
      case 'primary-says-plain':
        return sentence(
          `${w.primaryDataset} was sent to ${w.backup} raw, so it is encrypted, and ${w.primary} says by now that it is not. ZFS cannot undo encryption, so nothing is sent.`,
          `Look at ${w.primary} yourself (\`zfs get guid,encryption ${w.primaryDataset}\`): what answers there may not be what it was.`,
        )
      case 'plain-below-encrypted':
        return sentence(
          `${w.primaryDataset} is not encrypted, and ${e.keyOf} on ${w.backup}, below which it would be kept, is, without its key: ZFS takes it only unencrypted, which nobody has asked for.`,
          `Write a \`backup_dataset\` below something that is not encrypted. Or, if it may lie there unencrypted, receive its first snapshot yourself with \`zfs receive -s -u -o readonly=on -o encryption=off ${w.backupDataset}\`.`,
        )
      case 'backup-key-unavailable':
        return sentence(
          `${w.backupDataset} is encrypted, is not sent raw, and its key is not loaded on ${w.backup}: nothing can be received.`,
          `Load the key on ${w.backup} (\`zfs load-key ${e.keyOf ?? w.backupDataset}\`).`,
        )
      case 'key-unavailable':
        return sentence(
          `By \`send.raw: false\` the primary is sent decrypted, and its key is not loaded on ${w.primary}.`,
          `Load the key on ${w.primary} (\`zfs load-key ${e.keyOf ?? w.primaryDataset}\`).`,
        )
    }
  },
  REPAIR_FAILING: (w, e) =>
    sentence(
      `Repairs of ${w.backupDataset} failed ${e.failures} times, the last two in the same way: ${e.message}${e.nextTry === null ? '' : ` The next try is at ${w.time(e.nextTry)}.`}`,
      `Cure what the message says, then repair it yourself, or \`zwitness resume\` it: automatic repairs go on at once then.`,
    ),
  STALLED: (_, e) =>
    sentence(`No data moved any more and the transfer was ended: ${e.message}`, 'Resume it; what arrived is kept.'),
  PERMISSION_MISSING: (_, e) =>
    sentence(
      `A right is missing: ${e.message}`,
      'Delegate it: `zwitness keys show` prints the `zfs allow` lines of every SAN.',
    ),
  ANOTHER_WITNESS: (w, e) =>
    sentence(
      `Another witness (${e.other}) repaired ${w.backupDataset} last, at ${w.time(e.at)}. Until ${w.time(e.until)} this one (${e.own}) repairs it only where a person wants it.`,
      'Let one of the two do the repairs and set `auto_repair: false` in the other. Repair it from here once to take over; with no repair from there for a day this one goes on by itself.',
    ),
  LOW_SPACE: (w, e) => {
    if (e.neededBytes === null) {
      return sentence(
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
      return sentence(
        `About ${w.bytes(e.neededBytes)} wait to be sent, and ${w.backupDataset} may take only ${w.bytes(availableBytes)} more: ${because}.`,
        `Raise ${cure}, or make room below it.`,
      )
    }
    return sentence(
      `The repair needs about ${w.bytes(e.neededBytes)}; ${e.pool} has ${w.bytes(e.freeBytes)} free, of which ${w.bytes(e.keepFreeBytes)} must stay.`,
      `Free space in ${e.pool}, or lower \`keep_free\`.`,
    )
  },
  POOL_DEGRADED: (_, e) =>
    sentence(
      `Pool ${e.pool} on ${e.host} is ${e.health}. Incrementals go on; a new seed asks first.`,
      `Look at \`zpool status ${e.pool}\` on ${e.host} and replace the faulty device.`,
    ),
}
