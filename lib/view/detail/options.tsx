import type { ComponentChildren } from 'preact'
import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import { datasetPage } from '../dataset-row.ts'
import { mayAct, WHY_NOT } from '../may-act.ts'
import { usePage } from '../page-facts.ts'

/** Plans that can also be done in place, by destroying what they would set aside. */
const IN_PLACE_TOO = new Set(['SET_ASIDE_REWIND'])

interface Props {
  readonly detail: DatasetDetailView
  /** Beside "do nothing": acknowledge and pause. */
  readonly actions?: ComponentChildren
}

/** What a person can do: what destroys nothing first, doing nothing last. */
export function Options({ detail, actions }: Props) {
  const { plan } = detail
  // The preview has both sides read.
  const allowed = mayAct(usePage().role, 'operator')
  const repair = detail.options.find((option) => option.mode === 'REPAIR')
  const page = `${datasetPage(detail.id)}/repair`
  const inPlace = plan !== null && IN_PLACE_TOO.has(plan.kind) && plan.setAside !== null
  return (
    <section aria-labelledby="options" class="stack-s">
      <h2 id="options">What you can do</h2>
      <form method="get" action={page} class="card stack-s">
        {repair === undefined ? (
          <p>Nothing has to be repaired.</p>
        ) : (
          <fieldset class="options">
            <legend class="visually-hidden">How to repair</legend>
            <label class="option">
              <input type="radio" name="strategy" value="SET_ASIDE" checked />
              <span>
                {repair.outcome}
                {repair.because !== null && !repair.outcome.includes(repair.because) && (
                  <b class="block">Not possible now: {repair.because}</b>
                )}
                {repair.because === null && !repair.possible && repair.kind !== 'IMPOSSIBLE' && (
                  <b class="block">Not possible now, for that reason.</b>
                )}
              </span>
              <span class="destroys nothing">
                {repair.destroysCount === 0 ? 'destroys nothing' : `destroys ${repair.destroysCount}`}
              </span>
            </label>
            {inPlace && (
              <label class="option">
                <input type="radio" name="strategy" value="IN_PLACE" />
                <span>
                  {plan.setAside?.holdsNothing === true
                    ? `The better choice here: destroy exactly the snapshots that ${detail.pair.backup.host} has of its own. No change is in them.`
                    : `Roll ${detail.pair.backup.host} back in place.`}{' '}
                  Needs an admin and the typed name.
                </span>
                <span class="destroys something">destroys {countOf(plan.setAside?.snapshots ?? 0)}</span>
              </label>
            )}
          </fieldset>
        )}
        <div class="row">
          {repair !== undefined && (
            <button type="submit" class="primary" disabled={!allowed} title={allowed ? undefined : WHY_NOT.operator}>
              Preview repair
            </button>
          )}
          <span class={allowed ? 'muted no-print' : 'why-not'}>
            {repair === undefined ? '' : allowed ? 'Reads both sides; nothing is written.' : WHY_NOT.operator}
          </span>
        </div>
        <p>
          <b>Automatic repair:</b> {detail.automatic?.below ?? 'not known before the next check.'}
        </p>
      </form>
      {detail.health !== 'HEALTHY' && (
        <div class="card row no-print">
          <span>Or do nothing for now:</span> {actions}
        </div>
      )}
    </section>
  )
}

function countOf(snapshots: number): string {
  return snapshots === 1 ? '1 snapshot' : snapshots === 0 ? 'what was written' : `${snapshots} snapshots`
}
