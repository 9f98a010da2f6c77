import { z } from 'zod'
import type {
  VerificationCode as Code,
  Verification as Done,
  VerificationResult as Result,
  Verification as Verified,
  VerificationResult as VerifiedResult,
} from '#lib/inspect/verify/types.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import type { Services } from '#lib/services.ts'
import { iso, isoSeconds } from '#lib/text/words.ts'
import { describedEnum, Guid, SnapshotRef, snapshotRef, snapshotRefOrNull, Timestamp } from './fields.ts'
import { noSuchDataset } from './refusals.ts'

export const VerificationResult = describedEnum<Result>('VerificationResult', 'What a verification came to.', {
  VERIFIED: 'Every guid was compared; nothing is wrong.',
  ATTENTION: 'The backup is there, but something about it should be put right.',
  UNKNOWN: 'A side could not be read.',
  FAILED: 'This is no backup that can be relied on.',
})

const VerificationCode = describedEnum<Code>('VerificationCode', 'What a verification found.', {
  NOT_COMPARED: 'A side could not be read, or the primary is gone.',
  NO_BACKUP: 'The backup dataset does not exist.',
  NO_COMMON_SNAPSHOT: 'No snapshot is on both sides.',
  GAP: 'The backup lacks snapshots within the common history.',
  NAME_CLASH: 'One name stands for different snapshots.',
  ORDER: 'The common snapshots stand in another order.',
  BACKUP_AHEAD: 'The backup has snapshots of its own after the newest common one.',
  NOT_READONLY: 'The backup can be written to.',
  WRITTEN: 'The backup was written to since its newest snapshot.',
  PARTIAL_RECEIVE: 'An interrupted receive has left a remainder.',
  POOL: 'The pool is not there or cannot be used.',
  POOL_ERRORS: 'The pool of the backup has errors.',
  NOT_SCRUBBED: 'The pool has not been scrubbed for 35 days, or it is not known when.',
})

const Finding = z
  .object({ code: VerificationCode, state: VerificationResult, message: z.string(), cure: z.string().nullable() })
  .meta({ id: 'VerificationFinding', description: 'One thing that a person should know of a backup.' })

const History = z
  .object({
    commonCount: z.number().int(),
    oldest: SnapshotRef.nullable(),
    newest: SnapshotRef.nullable(),
    gaps: z
      .array(SnapshotRef)
      .describe('Wanted by the policy, within the common history, and not on the backup; oldest first.'),
    leftOut: z.number().int().describe('The same, but not wanted by the policy.'),
    keptOnBackup: z.number().int().describe('Older ones that only the backup still has.'),
    aheadOnBackup: z.number().int(),
    renamed: z.number().int(),
    clashes: z.array(z.object({ name: z.string(), primaryGuid: Guid, backupGuid: Guid })),
    sameOrder: z.boolean(),
  })
  .meta({ id: 'VerificationHistory', description: 'The guids of both sides, over their whole common history.' })

const Restore = z
  .object({
    possible: z.boolean().nullable().describe('Null: not known.'),
    needs: z.array(z.string()).describe('What it needs besides.'),
    snapshot: SnapshotRef.nullable(),
    into: z.string().nullable().describe('A new dataset on the primary.'),
    command: z.string().nullable().describe('To be run by a person: brings back the newest state.'),
    withHistory: z.array(z.string()).describe('One after the other: bring back every older snapshot too.'),
    properties: z
      .record(z.string(), z.string())
      .nullable()
      .describe("The primary's own properties, which come with no stream; null: could not be read."),
  })
  .meta({ id: 'Restore', description: 'Could the backup be restored on its own, and how?' })

export const Verification = z
  .object({
    datasetId: z.string(),
    verifiedAt: Timestamp,
    result: VerificationResult,
    summary: z.string(),
    findings: z.array(Finding).describe('Worst first.'),
    history: History.nullable().describe('Null where a side could not be read.'),
    readonly: z.boolean().nullable(),
    writtenBytes: z.number().nullable(),
    pool: z.object({
      name: z.string(),
      scrubbedAt: Timestamp.nullable(),
      scrubErrors: z.number().int().nullable(),
      dataErrors: z.string().nullable(),
      scrubbedSinceNewest: z.boolean().nullable().describe('Null: not known.'),
      newestBeforeScrub: SnapshotRef.nullable().describe(
        'The newest common snapshot that was taken before the last scrub ended; null: none, or not known.',
      ),
    }),
    restore: Restore,
  })
  .meta({
    id: 'Verification',
    description: 'A backup compared with its primary, guid by guid, and how it would be restored.',
  })

export type VerificationView = z.input<typeof Verification>

export function verificationView(done: Done): VerificationView {
  const { datasetId, at, result, summary, findings, history, pool, restore } = done
  return {
    datasetId,
    verifiedAt: iso(at),
    result,
    summary,
    findings: [...findings],
    history: history && {
      ...history,
      oldest: snapshotRefOrNull(history.oldest),
      newest: snapshotRefOrNull(history.newest),
      gaps: history.gaps.map(snapshotRef),
      clashes: [...history.clashes],
    },
    readonly: done.readonly,
    writtenBytes: done.writtenBytes,
    pool: {
      ...pool,
      scrubbedAt: pool.scrubbedAt === null ? null : isoSeconds(pool.scrubbedAt),
      // Absent in what an earlier version has kept.
      newestBeforeScrub: snapshotRefOrNull(pool.newestBeforeScrub ?? null),
    },
    restore: {
      ...restore,
      needs: [...restore.needs],
      snapshot: snapshotRefOrNull(restore.snapshot),
      withHistory: [...restore.withHistory],
      properties: restore.properties && { ...restore.properties },
    },
  }
}

type Context = Pick<Services, 'engine' | 'inspection'> & Pick<InvocationContext, 'signal'>

/** Few at a time: each lists every snapshot of two datasets, and no one waits for it. */
const AT_ONCE = 2

/** Verifies one dataset, or all that are not retired. */
export async function verifyAll(only: string | undefined, { engine, inspection, signal }: Context) {
  if (only !== undefined && engine.dataset(only) === null) noSuchDataset(only)
  const ids = engine
    .datasets()
    .filter(({ dataset }) => !dataset.retired && (only === undefined || dataset.id === only))
    .map(({ dataset }) => dataset.id)
  const done: Verified[] = []
  const waiting = [...ids]
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      signal.throwIfAborted()
      const verification = await inspection.verify(id, signal)
      if (verification !== null) done.push(verification)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const count = (result: VerifiedResult): number => done.filter((each) => each.result === result).length
  return {
    counts: {
      VERIFIED: count('VERIFIED'),
      ATTENTION: count('ATTENTION'),
      UNKNOWN: count('UNKNOWN'),
      FAILED: count('FAILED'),
    },
    items: done
      .toSorted((a, b) => ids.indexOf(a.datasetId) - ids.indexOf(b.datasetId))
      .map(({ datasetId, result, summary }) => ({ datasetId, result, summary })),
  }
}
