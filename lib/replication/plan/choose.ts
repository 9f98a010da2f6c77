import { checkDatasetName, NAME_LIMIT } from '#lib/zfs/names.ts'
import { divergenceOf, isDiverged } from '../compare.ts'
import { mismatchFacts, streamOf } from '../encryption.ts'
import { isReceiving } from '../judge/backup.ts'
import { leftOut } from '../judge/left-out.ts'
import { isOfRetired } from '../judge/tree.ts'
import type { EncryptionMismatch } from '../sentences/evidence.ts'
import { say } from '../sentences/reasons.ts'
import { unusablePool } from '../space.ts'
import { halfDoneSwap } from '../swap.ts'
import { unfinishable } from '../token.ts'
import type { Comparison, PresentSide } from '../types/inventory.ts'
import { wordsFor } from '../words.ts'
import { busy, catchUp, resume, seed, tokenUnread } from './catch-up.ts'
import { clashFree, clearNames } from './clear-names.ts'
import { impossible, type PlanDraft, type PlanInput, stepless } from './draft.ts'
import { finishSwap } from './finish.ts'
import { inPlace } from './in-place.ts'
import { firstMark } from './mark.ts'
import { causesOf } from './obstacle.ts'
import { reseed } from './reseed.ts'
import { rewind } from './rewind.ts'
import { guardsOf, type Route } from './transfer.ts'

/** What would repair it. In this order: what cannot be seen, what must be finished first, then what can be sent. */
export function choose(input: PlanInput): PlanDraft {
  const { inventory, mapping, comparison } = input
  const policy = withLearned(input)
  const { primary, backup } = inventory
  const words = wordsFor(mapping, input.options.timezone)
  const gone = input.verdict.reasons.find(isOfRetired)
  if (gone !== undefined) return stepless('NOTHING', gone.message)
  if (primary.state === 'unknown')
    return impossible(
      'UNKNOWN_STATE',
      unread(mapping.primary.host, primary.fault.message),
      'Check again when it answers.',
    )
  if (backup.state === 'unknown')
    return impossible(
      'UNKNOWN_STATE',
      unread(mapping.backup.host, backup.fault.message),
      'Check again when it answers.',
    )
  const pool = unusablePool(inventory)
  if (pool !== null) {
    const { message, action } = say('POOL_UNAVAILABLE', words, pool)
    return impossible('POOL_UNAVAILABLE', message, action ?? '')
  }
  const swap = halfDoneSwap(inventory)
  if (swap !== null) return finishSwap(input, swap)
  if (primary.state !== 'present') {
    const { message, action } = say('PRIMARY_DATASET_MISSING', words, {
      backupSnapshots: null,
      renamedTo: inventory.renamedTo ?? null,
      child: input.verdict.reasons.some(({ evidence }) => evidence.child === true),
    })
    return impossible('PRIMARY_DATASET_MISSING', message, action ?? '')
  }
  if (comparison === null) return impossible('UNKNOWN_STATE', 'The two sides could not be compared.', 'Check again.')
  const tooLong = nameTooLong(input, comparison)
  if (tooLong !== null) return tooLong
  const there = backup.state === 'present' ? backup : null
  const stream = streamOf({ ...input, policy })
  if (stream === null) return impossible('UNKNOWN_STATE', 'The two sides could not be compared.', 'Check again.')
  const { mismatch, unencrypted } = stream
  const route = {
    mapping,
    zfs: input.options.zfsCommands,
    options: stream.options,
    unencrypted,
    first: firstMark(input),
    guards: guardsOf(input),
  }

  if (there !== null && input.options.strategy === 'IN_PLACE')
    return mismatch === null ? inPlace(input, primary, there, comparison, route) : unsendable(input, mismatch)
  const partial = there === null ? null : partialPlan(input, primary, there, comparison, route)
  if (partial !== null) return partial
  if (comparison.eligibleCount === 0) {
    const together = input.verdict.reasons.find(({ code }) => code === 'ALL_LEFT_OUT' || code === 'CONTAINER')
    const diverged = isDiverged(divergenceOf(inventory, comparison, false))
    return together === undefined || diverged ? primaryEmpty(input, primary) : stepless('NOTHING', together.message)
  }
  const { base } = comparison
  if (there !== null && base === null) {
    const because = `${there.facts.name} shares no snapshot with ${primary.facts.name}, so only a new seed can help.`
    return setAside(input, primary, there, comparison, route, () => because)
  }
  if (base !== null) {
    const divergence = divergenceOf(inventory, comparison, stream.rawLine)
    if (there !== null && isDiverged(divergence)) {
      if (mismatch !== null && comparison.behind.length > 0) return unsendable(input, mismatch)
      const onlyNames = !divergence.ahead && !divergence.modified
      const cleared = onlyNames ? clearNames(mapping, there, comparison) : null
      if (cleared !== null) return catchUp(input, primary, comparison, base, route, cleared)
      const has = `${there.facts.name} has ${causesOf(comparison, divergence)}, and ZFS refuses an incremental until`
      return setAside(input, primary, there, comparison, route, (from) =>
        from === null
          ? `${has} these are out of the way; no common snapshot is older.`
          : `${has} it is back at @${from}.`,
      )
    }
    if (comparison.behind.length === 0)
      return stepless('NOTHING', `${mapping.backup.host} has everything that policy wants; there is nothing to do.`)
  }
  if (mismatch !== null) return unsendable(input, mismatch)
  return base === null
    ? seed(input, primary, comparison, onto(route))
    : catchUp(input, primary, comparison, base, route)
}

/** A name below a recursive root, or of a snapshot, for which the backup's own leaves no room: ZFS takes none of it. */
function nameTooLong({ mapping }: PlanInput, { behind }: Comparison): PlanDraft | null {
  const { host, dataset } = mapping.backup
  const longest = behind.reduce((most, { name }) => Math.max(most, name.length + 1), 0)
  const over = dataset.length + longest - NAME_LIMIT
  const fault = checkDatasetName(dataset)
  if (over <= 0 && fault === null) return null
  const because =
    over > 0
      ? `The names below ${dataset} on ${host} would be ${over} bytes longer than the ${NAME_LIMIT} that ZFS allows.`
      : `${host} cannot have this backup. ${fault}`
  const cure = 'Replicate into a dataset with a shorter name, rename it on the primary, or leave it out with `exclude`.'
  return impossible('NAME_TOO_LONG', because, cure)
}

/** The policy, with what a refusal of ZFS has taught since. */
function withLearned({ policy, memory }: PlanInput): PlanInput['policy'] {
  return memory.largeBlocks === true ? { ...policy, send: { ...policy.send, largeBlocks: true } } : policy
}

/** A stored partial receive comes before everything else: it blocks every other receive. Null where there is none. */
function partialPlan(
  input: PlanInput,
  primary: PresentSide,
  backup: PresentSide,
  comparison: Comparison,
  route: Route,
): PlanDraft | null {
  const { inventory, options, verdict } = input
  const token = backup.facts.receiveResumeToken
  if (token === null) return null
  // The judge saw the memory from before this look; whether the token moves stands in its verdict.
  if (!options.ownToken && isReceiving(verdict.reasons)) return busy(input)
  // Neither what is left of it may be sent, nor what would come in its stead.
  const mismatch = streamOf(input)?.mismatch ?? null
  // (A person who has begun to receive it unencrypted has decided that.)
  if (mismatch !== null && mismatch !== 'plain-below-encrypted') return unsendable(input, mismatch)
  const stale = unfinishable(input)
  if (stale !== null) return remainder(input, primary, backup, comparison, route, stale)
  const facts = inventory.token
  if (facts === null || 'unusable' in facts) return tokenUnread(input, facts === null ? null : facts.text)
  if (comparison.base !== null && (comparison.backupWritten > 0 || comparison.clashes.length > 0)) {
    const cleared = comparison.backupWritten > 0 ? null : clearNames(input.mapping, backup, comparison)
    if (cleared !== null) return resume(input, primary, comparison, facts, token, route, cleared)
    const causes = causesOf(comparison, divergenceOf(inventory, comparison, false))
    return remainder(input, primary, backup, comparison, route, causes)
  }
  return resume(input, primary, comparison, facts, token, route)
}

/** A partial receive that can never be finished blocks every other receive: it stays in the set-aside. */
function remainder(
  input: PlanInput,
  primary: PresentSide,
  backup: PresentSide,
  comparison: Comparison,
  route: Route,
  why: string,
): PlanDraft {
  const because = `A partial receive in ${backup.facts.name} can no longer be resumed (${why}), and until it is out of the way nothing else can be received there.`
  return setAside(input, primary, backup, comparison, route, () => because)
}

/** Back to a snapshot from which it can catch up, or, where there is none, a new line from the beginning. */
function setAside(
  input: PlanInput,
  primary: PresentSide,
  backup: PresentSide,
  comparison: Comparison,
  route: Route,
  because: (from: string | null) => string,
): PlanDraft {
  const { base } = comparison
  const cleared = base === null ? null : clearNames(input.mapping, backup, comparison, base.guid)
  if (base !== null && cleared !== null)
    return rewind(input, primary, backup, comparison, base, onto(route), because(base.backupName), cleared)
  const free = clashFree(input, primary, backup, comparison)
  if (free.base !== null) {
    // From further back than the newest common snapshot: that one has to be raw, or not, like the line.
    const from = streamOf({ ...input, policy: withLearned(input) }, free.base)
    const sends = free.behind.length > 0
    if (sends && from !== null && from.mismatch !== null) return unsendable(input, from.mismatch)
    return rewind(input, primary, backup, free, free.base, onto(route), because(free.base.backupName))
  }
  if (free.eligibleCount === 0) return primaryEmpty(input, primary)
  // The new line takes the options of a first stream: what the old one was received with does not matter.
  const anew = streamOf({ ...input, policy: withLearned(input) }, null)
  if (anew === null || anew.mismatch !== null) return unsendable(input, anew?.mismatch ?? 'iv-sets-unread')
  const { options, unencrypted } = anew
  return reseed(input, primary, backup, free, onto({ ...route, options, unencrypted }), because(null))
}

/** What follows goes into a line that the plan itself has made. */
function onto(route: Route): Route {
  return { ...route, into: 'anew' }
}

function primaryEmpty({ mapping, options, policy }: PlanInput, { snapshots }: PresentSide): PlanDraft {
  const words = wordsFor(mapping, options.timezone)
  const why = leftOut(policy, snapshots, options.filterAt)
  const { message, action } = say('PRIMARY_EMPTY', words, { ...why, lacked: null })
  return impossible('PRIMARY_EMPTY', message, action ?? '')
}

function unsendable(input: PlanInput, why: EncryptionMismatch): PlanDraft {
  const words = wordsFor(input.mapping, input.options.timezone)
  const { message, action } = say('ENCRYPTION_MISMATCH', words, mismatchFacts(input, why))
  return impossible(why === 'iv-sets-unread' ? 'UNKNOWN_STATE' : 'ENCRYPTION_MISMATCH', message, action ?? '')
}

function unread(host: string, message: string): string {
  return `${host} could not be read: ${message}`
}
