import { datasetSummary, reasonView, textsOf } from '#lib/api/dataset-summary.ts'
import { hostView } from '#lib/api/host.ts'
import { lastRead } from '#lib/api/last-read.ts'
import { automaticView, planBelow, planView } from '#lib/api/plan.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { runView } from '#lib/api/run.ts'
import { snapshotViews } from '#lib/api/snapshots.ts'
import { verificationView } from '#lib/api/verification.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import type { Services } from '#lib/services.ts'
import type { NoteParts } from './note.ts'

const RUNS = 5

type Around = Pick<Services, 'engine' | 'store' | 'config' | 'inspection' | 'about' | 'now'> &
  Pick<InvocationContext, 'actor' | 'signal'>

/** Gathers what a note about a dataset is made of. Asks the SANs only where this process has not seen them yet, and for an operator. */
export async function gatherForNote(before: DatasetView, around: Around): Promise<NoteParts> {
  const { engine, store, config, inspection, about, now } = around
  const { id, mapping } = before.dataset
  const inventory = await withRefusals(() => lastRead(id, around))
  // Reading both sides may have brought a newer state.
  const view = engine.dataset(id) ?? before
  const at = now()
  const texts = textsOf(view.verdict.reasons)
  const verification = await inspection.verification(id)
  const runs = await store.runs({ datasetId: id, limit: RUNS })
  const wanted = [...new Set([mapping.primary.host, mapping.backup.host])]
  return {
    dataset: {
      ...datasetSummary(view, at),
      automatic: view.plan && automaticView(view.plan.automatic, texts),
    },
    reasons: view.verdict.reasons.map(reasonView),
    plan: view.plan && planBelow(planView(view.plan), texts),
    runs: runs.items.map((run) => runView(run, at)),
    hosts: wanted.flatMap((host) => {
      const state = engine.hosts().find((known) => known.id === host)
      return state === undefined ? [] : [hostView(state, config)]
    }),
    versions: new Map(
      wanted.flatMap((host): [string, string][] => {
        const version = inspection.hostFacts(host)?.zfsVersion ?? null
        return version === null ? [] : [[host, version]]
      }),
    ),
    snapshots: inventory === null ? null : snapshotViews(inventory),
    verification: verification && verificationView(verification),
    witness: about.version,
    now: at,
  }
}
