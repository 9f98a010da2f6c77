import type { Divergence } from '../divergence.ts'
import type { HalfDoneSwap } from '../swap.ts'
import type { Comparison } from '../types.ts'
import { sayBytes, sayTime } from '../words.ts'
import { type PlanDraft, type PlanInput, stepless } from './draft.ts'

const NAMED = 50

/*
 * What this version does not do by itself. Each says exactly what stands in the way, so that a person can do it; none
 * has a step, so none can be run.
 */

function unsupported(kind: PlanDraft['kind'], because: string, cure: string, notes: readonly string[]): PlanDraft {
  const outcome = `Nothing is done: ${because}`
  return stepless(
    kind,
    outcome,
    { code: 'NOT_SUPPORTED', because, cure: `${cure} This version does not do it by itself.` },
    notes,
  )
}

/** The backup went its own way after the base. */
export function setAsideRewind(
  input: PlanInput,
  comparison: Comparison,
  base: NonNullable<Comparison['base']>,
  divergence: Divergence,
): PlanDraft {
  const { host, dataset } = input.mapping.backup
  const causes = [
    divergence.ahead
      ? `${comparison.backupAhead.length} ${comparison.backupAhead.length === 1 ? 'snapshot' : 'snapshots'} of its own after @${base.backupName}`
      : null,
    divergence.modified ? `${sayBytes(comparison.backupWritten)} written after its last snapshot` : null,
    divergence.clash ? `${comparison.clashes.length} snapshot name(s) that the primary uses for other snapshots` : null,
  ].filter((cause) => cause !== null)
  const cure = `Set ${dataset} aside on ${host} and rewind to @${base.backupName} (guid ${base.guid}) as docs/recovery.md describes; then the incremental from there is planned.`
  return unsupported(
    'SET_ASIDE_REWIND',
    `${dataset} has ${causes.join(', ')}, and ZFS refuses an incremental until it is back at @${base.backupName}.`,
    cure,
    [...inTheWay(input, comparison), ...clashes(comparison)],
  )
}

/** Nothing in common: the backup has to make room for a new one. */
export function setAsideReseed(input: PlanInput, comparison: Comparison): PlanDraft {
  const { host, dataset } = input.mapping.backup
  const because = `${dataset} shares no snapshot with ${input.mapping.primary.dataset}, so only a new seed can help, and ${dataset} is in its place.`
  const cure = `Rename ${dataset} on ${host} to a name of its own (nothing is destroyed by that); the next check then offers the seed.`
  return unsupported('SET_ASIDE_RESEED', because, cure, inTheWay(input, comparison))
}

/** A partial receive that can never be finished blocks every other receive. */
export function setAsideRemainder(input: PlanInput, comparison: Comparison, because: string): PlanDraft {
  const { host, dataset } = input.mapping.backup
  const base = comparison.base
  const sentence = `A partial receive in ${dataset} can no longer be resumed (${because}), and until it is gone nothing else can be received there.`
  if (base === null) {
    const cure = `Rename ${dataset} on ${host} to a name of its own; the next check then offers the seed.`
    return unsupported('SET_ASIDE_RESEED', sentence, cure, inTheWay(input, comparison))
  }
  const cure = `Set ${dataset} aside on ${host} and rewind to @${base.backupName}, or let the SAN's admin discard the partial state.`
  return unsupported('SET_ASIDE_REWIND', sentence, cure, inTheWay(input, comparison))
}

export function finishSwap({ mapping }: PlanInput, swap: HalfDoneSwap): PlanDraft {
  const because = `A swap on ${mapping.backup.host} was cut off (${swap.state}): ${swap.datasets.join(', ')}.`
  const cure = 'Finish or undo it by hand; until then nothing is seeded or sent.'
  return unsupported('FINISH_SWAP', because, cure, [])
}

function inTheWay({ mapping, options }: PlanInput, { backupAhead }: Comparison): readonly string[] {
  const shown = backupAhead.slice(0, NAMED).map(({ name, guid, creation }) => {
    return `Only on ${mapping.backup.host}: @${name} (guid ${guid}, ${sayTime(creation * 1000, options.timezone)})`
  })
  return backupAhead.length > NAMED ? [...shown, `… and ${backupAhead.length - NAMED} more.`] : shown
}

function clashes({ clashes }: Comparison): readonly string[] {
  return clashes.slice(0, NAMED).map(({ name, primaryGuid, backupGuid }) => {
    return `@${name} is guid ${primaryGuid} on the primary and guid ${backupGuid} on the backup`
  })
}
