import type { Policy } from '#config/effective.ts'
import type { SendOptions } from '#lib/zfs/send-commands.ts'
import type { DatasetFacts, DatasetType } from '#lib/zfs/types.ts'
import type { EncryptionMismatch, Evidence } from './sentences/evidence.ts'
import type { Comparison, Inventory, IvSets } from './types/inventory.ts'
import type { LineMemory } from './types/verdict.ts'

/** How the streams of a mapping are sent, or why none is. */
interface StreamChoice {
  readonly options: SendOptions
  readonly mismatch: EncryptionMismatch | null
  /** What is on the backup goes on raw, or not at all. */
  readonly rawLine: boolean
  /** A new dataset is received with `-o encryption=off`, or ZFS would want the key of what stands above it. */
  readonly unencrypted: boolean
}

/** What the choice rests on. */
interface LineFacts {
  readonly policy: Policy
  readonly primary: DatasetFacts
  /** Null: it is still to be made. */
  readonly backup: DatasetFacts | null
  /** There is a base to go on from; else a new line begins. */
  readonly goesOn: boolean
  /** Of the base; null: not read. */
  readonly ivSets: IvSets | null
  readonly memory: LineMemory
  readonly above?: Inventory['above']
}

/** Nothing is remembered of a line. */
export const NO_LINE: LineMemory = { raw: false, decrypted: false }

/**
 * A line is raw where its base has the same IV set on both sides: what was received raw keeps it, whatever encryption root it
 * has come to. A raw increment needs that, and one that is not raw ends it. So: equal, or ever sent raw, is sent raw; of an
 * encrypted primary anything else is raw or a person's decision, never decrypted by itself. `send.raw: false` is the wish for
 * that, and `LineMemory.decrypted` the decision; neither counts where the line is raw. What is remembered hangs on the guid
 * of the primary and the backup's host, so no other name for anything ends it. Nothing that the backup says makes a stream
 * less strict.
 */
export function chooseStream(line: LineFacts): StreamChoice {
  const { policy, primary } = line
  const { raw, mismatch, rawLine } = choose(line)
  const options = {
    raw,
    largeBlocks: policy.send.largeBlocks,
    compressed: policy.send.compressed,
    // Embedded blocks cannot be received below an encrypted parent, and save next to nothing.
    embedded: false,
  }
  const begins = !line.goesOn && primary.encryption === 'off' ? belowEncrypted(line) : null
  return {
    options,
    mismatch: mismatch ?? (begins === 'person' ? 'plain-below-encrypted' : null),
    rawLine,
    unencrypted: begins === 'unencrypted',
  }
}

type Line = Pick<Inventory, 'primary' | 'backup' | 'ivSets' | 'above'>

/** The same of what was read and remembered. Null where a side was not seen. */
export function streamOf(
  {
    policy,
    inventory,
    comparison,
    line,
  }: {
    readonly policy: Policy
    readonly inventory: Line
    readonly comparison: Comparison | null
    readonly line?: LineMemory
  },
  base: { readonly guid: string } | null = comparison?.base ?? null,
): StreamChoice | null {
  const { primary, backup, ivSets, above } = inventory
  if (primary.state !== 'present' || (backup.state !== 'present' && backup.state !== 'missing')) return null
  return chooseStream({
    policy,
    primary: primary.facts,
    backup: backup.state === 'present' ? backup.facts : null,
    goesOn: base !== null,
    ivSets: base === null ? null : (ivSets?.get(base.guid) ?? null),
    memory: line ?? NO_LINE,
    above,
  })
}

/** Is what is on the backup raw, so that its own snapshots stand in the way even where they hold nothing? */
export function isRawLine(line: Parameters<typeof streamOf>[0]): boolean {
  return streamOf(line)?.rawLine === true
}

/** What increments go on from has one IV set on both sides: it was received raw. */
export function isSeenRaw({
  inventory,
  comparison,
}: Pick<Parameters<typeof streamOf>[0], 'inventory' | 'comparison'>): boolean {
  const { primary, backup, ivSets } = inventory
  const found = comparison?.base == null ? undefined : ivSets?.get(comparison.base.guid)
  if (found === undefined || primary.state !== 'present' || backup.state !== 'present') return false
  return backup.facts.encryption !== 'off' && found.primary !== '-' && found.primary === found.backup
}

function choose(line: LineFacts): Pick<StreamChoice, 'mismatch' | 'rawLine'> & { readonly raw: boolean } {
  const { policy, primary, backup, goesOn, memory } = line
  const wish = policy.send.raw
  // ZFS cannot take encryption from a dataset: of this guid it is not true.
  if (primary.encryption === 'off' && memory.raw) return { raw: true, mismatch: 'primary-says-plain', rawLine: true }
  if (primary.encryption === 'off') return { raw: false, mismatch: missingKey(line), rawLine: false }
  const everRaw = memory.raw && !(wish === false && memory.decrypted)
  const same = goesOn && backup !== null ? sameIvSets(line, backup) : null
  const rawLine = same === true || everRaw
  // `raw` stays true beside a mismatch: whatever came to be sent all the same would not be decrypted.
  const refused = (mismatch: EncryptionMismatch) => ({ raw: true, mismatch, rawLine })
  if (wish === false) {
    // A new line may begin decrypted where an earlier one was raw, if a person says so; one that goes on stays what it is.
    if (same === true || (everRaw && goesOn)) return refused('line-is-raw')
    if (goesOn && same === null) return refused('iv-sets-unread')
    return { raw: false, mismatch: missingKey(line), rawLine: false }
  }
  if (same === false) return refused(backup?.encryption === 'off' ? 'raw-onto-plain' : 'iv-sets-differ')
  if (goesOn && same === null && !everRaw && wish === 'auto') return refused('iv-sets-unread')
  // One that begins, one that is raw, and one of which a person says so: where that is not true, ZFS refuses the stream.
  return { raw: true, mismatch: null, rawLine: rawLine || wish === true }
}

/** Null: not known. */
function sameIvSets({ ivSets }: LineFacts, backup: DatasetFacts): boolean | null {
  if (backup.encryption === 'off') return false
  if (ivSets === null || ivSets.primary === '-' || ivSets.backup === '-') return null
  return ivSets.primary === ivSets.backup
}

function missingKey({ primary, backup, goesOn }: LineFacts): EncryptionMismatch | null {
  if (primary.encryption !== 'off' && primary.keyStatus === 'unavailable') return 'key-unavailable'
  // A line that begins goes beside what is there.
  if (goesOn && backup !== null && backup.encryption !== 'off' && backup.keyStatus === 'unavailable')
    return 'backup-key-unavailable'
  return null
}

/**
 * What is not encrypted inherits the encryption of what stands above it, and without that key ZFS refuses it. It is kept
 * unencrypted where the primary keeps it so on purpose, below something encrypted; else a person decides.
 */
function belowEncrypted({ above }: LineFacts): 'unencrypted' | 'person' | null {
  const [here, there] = [above?.primary ?? null, above?.backup ?? null]
  if (there === null || there.encryption === 'off' || there.keyStatus !== 'unavailable') return null
  return here !== null && here.encryption !== 'off' ? 'unencrypted' : 'person'
}

/** What a reason of it rests on. */
export function mismatchFacts(
  { policy, inventory, comparison, line }: Parameters<typeof streamOf>[0],
  why: EncryptionMismatch,
): Evidence<'ENCRYPTION_MISMATCH'> {
  const { primary, backup, ivSets, above } = inventory
  const base = comparison?.base ?? null
  const here = primary.state === 'present' ? primary.facts : null
  const there = backup.state === 'present' ? backup.facts : null
  const keyOf =
    why === 'key-unavailable'
      ? (here?.encryptionRoot ?? null)
      : why === 'backup-key-unavailable'
        ? (there?.encryptionRoot ?? null)
        : why === 'plain-below-encrypted'
          ? (above?.backup?.name ?? null)
          : null
  return {
    why,
    wish: policy.send.raw,
    everRaw: line?.raw === true,
    keyStatus: here?.keyStatus ?? null,
    keyOf,
    base: base?.backupName ?? null,
    ivSets: base === null ? null : (ivSets?.get(base.guid) ?? null),
    backupKey: there === null || there.encryption === 'off' ? null : (there.encryptionRoot ?? there.name),
  }
}

/** Would streams of this line leave the primary decrypted, of a dataset that is encrypted there? */
export function decrypts(line: Parameters<typeof streamOf>[0]): boolean {
  const { primary } = line.inventory
  return primary.state === 'present' && primary.facts.encryption !== 'off' && streamOf(line)?.options.raw === false
}

/**
 * `logicalreferenced` of a dataset that was just created, in bytes: OpenZFS 2.3.9 on sectors of 512 bytes, 4 KiB and 8 KiB,
 * mounted or not, whatever is set on it. Neither redundancy nor compression changes it; the smallest file adds to it. Names
 * without content (empty files, directories) do not show.
 */
const NEW_BYTES: Readonly<Record<DatasetType, Readonly<Record<'plain' | 'encrypted', readonly number[]>>>> = {
  filesystem: { plain: [12_288, 43_008, 79_872], encrypted: [50_176, 70_656, 99_328] },
  volume: { plain: [6_144, 28_672, 53_248], encrypted: [26_112, 41_472, 61_952] },
}

/**
 * A backup that someone made for us and no one has used: without snapshots, without anything in it or below it, shared
 * with no one. Nothing is lost with it, so it may make room by itself. What could not be read is not empty.
 */
export function isEmptyTarget({ inventory }: { readonly inventory: Inventory }, policy: Policy): boolean {
  const { backup, primary, swap } = inventory
  if (backup.state !== 'present' || primary.state !== 'present' || swap == null) return false
  const { facts, snapshots, bookmarks } = backup
  if (snapshots.length > 0 || bookmarks.length > 0 || facts.receiveResumeToken !== null || facts.origin !== null)
    return false
  if (swap.shared || (swap.children.length > 0 && !isPlace(inventory))) return false
  // Its own key would go with it, and what comes in its place would lie there in plain.
  const ownKey = facts.encryption !== 'off' && facts.encryptionRoot === facts.name
  const begins = { policy, primary: primary.facts, backup: null, goesOn: false, ivSets: null, memory: NO_LINE }
  if (ownKey && !chooseStream(begins).options.raw) return false
  const empty = NEW_BYTES[facts.type][facts.encryption === 'off' ? 'plain' : 'encrypted']
  return swap.logicalBytes != null && empty.includes(swap.logicalBytes)
}

/** As a seed of something below it has made it (`createParent`): what stands below stays where it is. */
function isPlace({ backup, swap }: Inventory): boolean {
  return backup.state === 'present' && backup.facts.readonly && !backup.facts.mounted && swap?.canmount === 'off'
}
