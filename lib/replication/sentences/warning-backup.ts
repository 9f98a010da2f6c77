import { type Sentences, said } from './sentence.ts'

/** Warnings about what stands on the backup. */
export const backupSentences: Sentences<
  'BACKUP_IN_USE' | 'NAME_CLASH' | 'BACKUP_MODIFIED' | 'BACKUP_AHEAD' | 'SET_ASIDE_LIMIT' | 'PARTIAL_RECEIVE'
> = {
  BACKUP_IN_USE: (w, e) => {
    if (e.grewAt === null) {
      return said(
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
    return said(
      `${w.backupDataset} is being written to (${grew}): someone may be working on the backup. ${next}`,
      `Find out who writes on ${w.backup}; if it is a failover, pause repairs or set \`on_diverged: ask\`. \`readonly=on\` on the backup prevents it.`,
    )
  },
  NAME_CLASH: (w, e) => {
    const more = e.count > 1 ? ` The same holds for ${e.count - 1} more.` : ''
    const what = `Both sides have @${e.clashes[0]?.name ?? ''}, but they are different snapshots (guids differ).${more}`
    if (e.onlyNames && e.renamed)
      return said(
        what,
        `A repair gives what is on ${w.backup} another name and goes on from @${e.goesOnFrom}: nothing is destroyed, and nothing sent twice.`,
      )
    const rename = e.onlyNames
      ? ` Or give what is on ${w.backup} another name (\`zfs rename\`): only the name is in the way, and nothing is sent twice.`
      : ''
    return said(
      what,
      e.goesOnFrom === null
        ? `No common snapshot is older, so a repair sets ${w.backupDataset} aside and sends everything again.${rename}`
        : `Set what is in the way on ${w.backup} aside and go on from @${e.goesOnFrom}.${rename}`,
    )
  },
  BACKUP_MODIFIED: (w, e) =>
    said(
      e.onlyDirectories
        ? `Directories of ${w.backupDataset} were touched after its last snapshot (${w.bytes(e.writtenBytes)}), as mounting a child does; no file in it is another one.`
        : `${w.backupDataset} was written to after its last snapshot (${w.bytes(e.writtenBytes)}).`,
      e.readonly
        ? 'Set the changes aside and rewind to the last common snapshot.'
        : `Set the changes aside and rewind; \`zfs set readonly=on ${w.backupDataset}\` on ${w.backup} prevents the next time.`,
    ),
  BACKUP_AHEAD: (w, e) =>
    said(
      `${w.backup} holds ${w.snapshots(e.count)} newer than the last common one (@${e.base.name}) that ${w.primary} does not have.`,
      'Set them aside and rewind to the last common snapshot.',
    ),
  SET_ASIDE_LIMIT: (w, e) =>
    said(
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
      return said(
        `A transfer stopped part-way${kept} and can no longer be resumed: ${e.unusable}.`,
        'Set the remainder aside and rewind.',
      )
    }
    return said(`A transfer stopped part-way${kept}. It can resume.`, 'Resume it.')
  },
}
