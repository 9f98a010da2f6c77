import { counted } from '#lib/text/words.ts'
import { destroyBookmark, destroySnapshots, discardPartial, rollback } from '#lib/zfs/destructive-commands.ts'
import { byCreatetxg, isOnlyEmptySnapshots, toRef } from '../compare.ts'
import type { Comparison, PresentSide } from '../types/inventory.ts'
import type { Destroyed, Found } from '../types/plan.ts'
import { assemble } from './assemble.ts'
import { type CommandsDraft, impossible, type PlanDraft, type PlanInput, type StepDraft } from './draft.ts'
import { hops, namedBy, newerThan, type Route, transferStep } from './transfer.ts'

/**
 * The operator's choice: back to the base by destroying what the backup has after it, each thing named with its guid. Never
 * made unless a person asks for it, never run unless that person has typed the dataset's name. Not by `receive -F`: at the
 * end of its stream that also destroys a snapshot that someone made while it ran (measured on OpenZFS 2.3.9).
 */
export function inPlace(
  input: PlanInput,
  primary: PresentSide,
  backup: PresentSide,
  comparison: Comparison,
  route: Route,
): PlanDraft {
  const { mapping, options } = input
  const { host, dataset } = mapping.backup
  const { base } = comparison
  if (base === null)
    return impossible(
      'NO_COMMON_SNAPSHOT',
      `${dataset} shares no snapshot with ${mapping.primary.dataset}, so there is nothing to roll back to.`,
      'Choose the repair that sets the backup aside and seeds anew.',
    )
  const zfs = options.zfsCommands.backup
  const destroys = destroyed(input, backup, comparison, base.guid)
  const wanted = new Set(comparison.behind.map((snapshot) => snapshot.guid))
  const way = hops(newerThan(primary, base).map(toRef), wanted, base)
  const expects = after(backup, dataset, base.guid)
  const before: StepDraft[] = []
  const step = (
    role: 'discard' | 'rollback',
    title: string,
    argvs: readonly CommandsDraft['commands'][number]['argv'][],
  ) =>
    before.push({
      kind: 'commands',
      role,
      title,
      host,
      commands: argvs.map((argv) => ({ host, argv })),
      expects,
      optional: false,
      estimateBytes: null,
      ifInterrupted: 'starts again',
    })
  const namesOf = (kind: Destroyed['kind']) => destroys.filter((each) => each.kind === kind).map(({ name }) => name)
  if (namesOf('partial').length > 0)
    step('discard', 'Discard the stored partial receive', [discardPartial(zfs, dataset)])
  if (destroys.length > namesOf('partial').length)
    step('rollback', backTo(namesOf('snapshot').length, base.backupName), [
      ...destroySnapshots(zfs, dataset, namesOf('snapshot')),
      ...namesOf('bookmark').map((name) => destroyBookmark(zfs, `${dataset}#${name}`)),
      rollback(zfs, `${dataset}@${base.backupName}`),
    ])
  const draft = assemble(input, primary, {
    kind: 'IN_PLACE',
    before,
    transfers: way.map((hop) => transferStep(route, hop)),
    target: way.at(-1)?.to ?? { name: base.name, guid: base.guid, creation: base.creation },
    named: way.length === 0 ? [] : namedBy(way),
    setAside: null,
    notes: way.length === 0 ? [] : [FIRST],
  })
  const count = destroys.filter(({ kind }) => kind === 'snapshot').length
  const named = counted(count, 'snapshot')
  const lost = destroys.every(({ holdsNothing }) => holdsNothing === true)
    ? `${named} of ${host}, with no change in ${count === 1 ? 'it' : 'them'}, ${count === 1 ? 'is' : 'are'} destroyed by name.`
    : `${named} of ${host} and every change after @${base.backupName} are destroyed.`
  return {
    ...draft,
    outcome: `${draft.outcome} ${lost}`,
    destroys,
    blocked: obstacle(input, backup, comparison, destroys),
  }
}

const FIRST =
  'What is destroyed goes before the transfer begins: if that fails, the backup stands at the base, whole, and can be caught up.'

function backTo(count: number, base: string): string {
  if (count === 0) return `Roll back to @${base}`
  return `Destroy ${count === 1 ? 'the snapshot' : `the ${count} snapshots`} after @${base} and roll back to it`
}

/** Everything on the backup after the base, oldest first, by name and guid. */
function after({ snapshots }: PresentSide, dataset: string, baseGuid: string): readonly Found[] {
  const txg = snapshots.find(({ guid }) => guid === baseGuid)?.createtxg ?? 0n
  const later = byCreatetxg(snapshots).filter((entry) => entry.createtxg >= txg)
  return later.map(({ name, guid }) => ({ name: `${dataset}@${name}`, guid }))
}

function destroyed(
  { inventory, mapping }: PlanInput,
  backup: PresentSide,
  comparison: Comparison,
  baseGuid: string,
): readonly Destroyed[] {
  const { dataset } = mapping.backup
  // As far as can be seen, and nothing would be freed by any of them either.
  const empty =
    isOnlyEmptySnapshots(inventory, comparison) &&
    comparison.backupAhead.every(({ guid }) => inventory.costs?.get(guid)?.usedBytes === 0)
  const snapshots = comparison.backupAhead.map(
    ({ name, guid, creation }): Destroyed => ({
      kind: 'snapshot',
      name,
      guid,
      creation,
      usedBytes: inventory.costs?.get(guid)?.usedBytes ?? null,
      ...(empty ? { holdsNothing: true } : {}),
    }),
  )
  const txg = backup.snapshots.find(({ guid }) => guid === baseGuid)?.createtxg ?? 0n
  const marks = backup.bookmarks
    .filter(({ createtxg }) => createtxg > txg)
    .map(({ name, guid, creation }): Destroyed => ({ kind: 'bookmark', name, guid, creation, usedBytes: 0 }))
  const plain = { guid: null, creation: null, name: dataset }
  const written: Destroyed[] =
    comparison.backupWritten > 0 ? [{ kind: 'written', ...plain, usedBytes: comparison.backupWritten }] : []
  const token = inventory.token
  const partial: Destroyed[] =
    backup.facts.receiveResumeToken === null
      ? []
      : [{ kind: 'partial', ...plain, usedBytes: token !== null && 'bytes' in token ? token.bytes : null }]
  return [...snapshots, ...marks, ...written, ...partial]
}

function obstacle(
  { inventory, mapping }: PlanInput,
  backup: PresentSide,
  comparison: Comparison,
  destroys: readonly Destroyed[],
): PlanDraft['blocked'] {
  const { dataset, host } = mapping.backup
  const lost = new Set(destroys.map(({ guid }) => guid))
  const held = backup.snapshots.filter(({ guid, holds }) => lost.has(guid) && holds > 0).map(({ name }) => `@${name}`)
  if (held.length > 0)
    return {
      code: 'HELD',
      because: `${held.join(', ')} of ${dataset} is held, and ZFS does not destroy what is held.`,
      cure: `Release the holds on ${host} (\`zfs holds\`), or choose the repair that sets the backup aside.`,
    }
  const cloned = comparison.backupAhead.filter(({ guid }) => (inventory.costs?.get(guid)?.clones ?? 0) > 0)
  if (cloned.length > 0)
    return {
      code: 'CLONES',
      because: `${cloned.map(({ name }) => `@${name}`).join(', ')} of ${dataset} has clones, which ZFS does not destroy with it.`,
      cure: 'Choose the repair that sets the backup aside.',
    }
  const old = comparison.clashes.filter(({ backupGuid }) => !lost.has(backupGuid))
  if (old.length > 0)
    return {
      code: 'NAME_CLASH',
      because: `@${old[0]?.name} is another snapshot on ${dataset}, from before the base; going back to the base does not cure that.`,
      cure: 'Choose the ordinary repair, which gives that snapshot another name on the backup.',
    }
  if (destroys.length === 0)
    return {
      code: 'NOTHING_TO_DESTROY',
      because: `Nothing stands in the way on ${dataset}, so nothing has to be destroyed.`,
      cure: 'Choose the ordinary repair.',
    }
  return null
}
