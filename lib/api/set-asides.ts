import { z } from 'zod'
import type { RunRecord, Store } from '#lib/db/types.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import {
  type SetAside as Data,
  type MadeBy,
  type SetAsideRole as Role,
  setAsidesOf,
  sumByPool,
} from '#lib/inspect/set-asides.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import { NOT_CHECKED, whyUnread } from '#lib/replication/words.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { describedEnum, Guid, Timestamp } from './fields.ts'
import { PlanKind } from './words.ts'

const SetAsideRole = describedEnum<Uppercase<Role>>('SetAsideRole', 'What a dataset of ours beside a backup is.', {
  ASIDE: 'A backup that a repair moved out of the way. Kept until a person removes it.',
  NEXT: 'A clone of the backup that is not swapped in.',
  INCOMING: 'A seed that is not swapped in.',
})

const SetAsideMaker = z
  .object({
    runId: z.string(),
    at: Timestamp,
    actor: z.string(),
    planKind: PlanKind,
    reason: z.string().nullable().describe('What the person who asked wrote, or why policy did it.'),
  })
  .meta({ id: 'SetAsideMaker', description: 'The run that made a set-aside.' })

export const SetAside = z
  .object({
    name: z.string().meta({ examples: ['hqs1p1/HQS8DAT1.zw-aside-20261122T080910Z'] }),
    guid: Guid,
    role: SetAsideRole,
    host: z.string(),
    pool: z.string(),
    datasetId: z.string(),
    backupDataset: z.string().describe('The backup that it stands beside.'),
    madeAt: Timestamp.nullable().describe('By its name; null when that holds no possible time.'),
    ageSeconds: z.number().int().nullable(),
    usedBytes: z.number().int().describe('Exactly what removing it would free.'),
    snapshots: z.number().int().describe('Its own.'),
    heldSnapshots: z.number().int().describe('Those of them with a hold.'),
    children: z.array(z.string()).describe('Datasets directly below it.'),
    pins: z.string().nullable().describe('Snapshot of the backup that cannot be destroyed as long as this is there.'),
    madeBy: SetAsideMaker.nullable().describe('Null: not known (the database was lost, or it was made by hand).'),
    keepBecause: z
      .string()
      .nullable()
      .describe('Why the script for the admin of the SAN leaves it alone; null: it removes it.'),
  })
  .meta({ id: 'SetAside', description: 'A dataset of ours beside a backup. zwitness never removes it.' })

const SetAsidePool = z
  .object({
    host: z.string(),
    pool: z.string(),
    count: z.number().int(),
    usedBytes: z.number().int().describe('What removing all of them would free, at least.'),
  })
  .meta({ id: 'SetAsidePool', description: 'The set-asides of one pool together.' })

export const Unseen = z
  .object({ datasetId: z.string(), host: z.string(), because: z.string() })
  .meta({ id: 'Unseen', description: 'A dataset of which this could not be read: not known is not "none".' })

export type SetAsideView = z.input<typeof SetAside>
export type UnseenView = z.input<typeof Unseen>

interface SetAsidesSeen {
  readonly setAsides: readonly Data[]
  readonly unseen: readonly UnseenView[]
}

/** What stands beside the backups of these datasets; a dataset without an inventory was not read. */
export function setAsidesIn(
  views: readonly DatasetView[],
  inventoryOf: (id: string) => Inventory | null,
  madeBy: ReadonlyMap<string, MadeBy>,
): SetAsidesSeen {
  const setAsides: Data[] = []
  const unseen: UnseenView[] = []
  for (const view of views) {
    const { id, mapping } = view.dataset
    const inventory = inventoryOf(id)
    const found = inventory && setAsidesOf({ inventory, madeBy, ...activity(view) })
    if (found !== null) setAsides.push(...found)
    // A child that is gone on the primary is not looked at any more.
    else if (!view.dataset.retired)
      unseen.push({ datasetId: id, host: mapping.backup.host, because: whyUnseen(inventory) })
  }
  return { setAsides, unseen }
}

function activity({ activeRun, verdict }: DatasetView) {
  return {
    activeRunId: activeRun?.id ?? null,
    halfDone: verdict.reasons.some(({ code }) => code === 'HALF_DONE_SWAP'),
  }
}

function whyUnseen(inventory: Inventory | null): string {
  if (inventory === null) return NOT_CHECKED
  const { backup, mapping } = inventory
  return whyUnread(backup, mapping.backup.host) ?? 'What stands beside the backup was not listed.'
}

export function setAsideView(each: Data, now: number): SetAsideView {
  const { madeAt, madeBy } = each
  return {
    name: each.name,
    guid: each.guid,
    role: each.role.toUpperCase() as Uppercase<Role>,
    host: each.host,
    pool: each.pool,
    datasetId: each.datasetId,
    backupDataset: each.backup.name,
    madeAt: isoOrNull(madeAt),
    ageSeconds: madeAt === null ? null : Math.max(0, Math.floor((now - madeAt) / 1000)),
    usedBytes: each.usedBytes,
    snapshots: each.snapshots,
    heldSnapshots: each.held,
    children: [...each.children],
    pins: each.pins,
    madeBy: madeBy && {
      runId: String(madeBy.runId),
      at: iso(madeBy.at),
      actor: madeBy.actor,
      planKind: madeBy.planKind,
      reason: madeBy.reason,
    },
    keepBecause: each.keepBecause,
  }
}

export function setAsidePools(setAsides: readonly Data[]): z.input<typeof SetAsidePool>[] {
  return sumByPool(setAsides).map((sum) => ({ ...sum }))
}

export const SetAsideList = z
  .object({
    items: z.array(SetAside).describe('Newest first within a dataset.'),
    pools: z.array(SetAsidePool).describe('Together, by pool; the largest first.'),
    unseen: z.array(Unseen),
    asOf: Timestamp,
  })
  .meta({ id: 'SetAsideList', description: 'What repairs moved out of the way and kept.' })

/** Which run made what stands beside the backups, by name, as far as the database knows. */
export async function makersOf(
  store: Pick<Store, 'setAsideRuns'>,
  inventories: readonly (Inventory | null)[],
): Promise<ReadonlyMap<string, MadeBy>> {
  const names = inventories.flatMap((inventory) => (inventory?.backupSiblings ?? []).map(({ name }) => name))
  if (names.length === 0) return new Map()
  const runs = await store.setAsideRuns(names)
  return new Map([...runs].map(([name, run]) => [name, makerOf(run)]))
}

function makerOf({ id, startedAt, queuedAt, trigger, plan, reason }: RunRecord): MadeBy {
  return {
    runId: id,
    at: startedAt ?? queuedAt,
    actor: trigger.actor,
    planKind: plan?.kind ?? 'SET_ASIDE_REWIND',
    reason,
  }
}

export const SCRIPT_TYPE = 'text/x-shellscript'

/** A script for the admin of a SAN, as a file to read first. */
export function scriptAnswer(script: string, name: string): Response {
  return new Response(script, {
    headers: {
      'Content-Type': `${SCRIPT_TYPE}; charset=utf-8`,
      'Content-Disposition': `attachment; filename="${name.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`,
      'Cache-Control': 'no-store',
    },
  })
}

/** A script is for one SAN: the one that was named, or the only one that has any. */
export function hostOfScript(named: string | undefined, hosts: readonly string[]): string {
  const all = [...new Set(hosts)]
  const only = named ?? (all.length === 1 ? all[0] : undefined)
  if (only !== undefined) return only
  const detail =
    all.length === 0 ? 'No SAN has any, so there is nothing to write.' : `Name one SAN: ${all.toSorted().join(', ')}.`
  throw new Problem(422, 'VALIDATION', detail, { errors: [{ pointer: '/host', code: 'IMPOSSIBLE', detail }] })
}
