import type { PlanView, PreviewView } from '#lib/api/plan.ts'
import { bytesText } from '#lib/text/words.ts'
import { Icon, type IconName } from '../icon.tsx'
import { Moment } from '../moment.tsx'

/** What the plan comes to, before its steps. */
export function PlanHead({ preview, name }: { readonly preview: PreviewView; readonly name: string }) {
  const { plan } = preview
  return (
    <>
      <header class="headline">
        <h1>Repair preview — {name}</h1>
        <p class="muted">
          plan <code title={preview.planId}>{plan.hash.slice(0, 8)}</code>, made{' '}
          <Moment at={preview.madeAt} as="clock" />, valid until <Moment at={preview.expiresAt} as="clock" />
        </p>
      </header>
      <section class="card stack-s" aria-label="Outcome">
        <p class="lead">
          <b>Outcome:</b> {plan.outcome}
        </p>
        {plan.destroys.length === 0 && plan.kind !== 'IMPOSSIBLE' && (
          <p class="good-line">
            <Icon name="check" /> <b>Destroys nothing.</b>
            {plan.setAside !== null && (
              <>
                {' '}
                What is in the way is kept as <code>{plan.setAside.name}</code> (
                {plan.setAside.usedBytes === null ? '' : `about ${bytesText(plan.setAside.usedBytes)}, `}
                {plan.setAside.snapshots} {plan.setAside.snapshots === 1 ? 'snapshot' : 'snapshots'}).
              </>
            )}
          </p>
        )}
        {plan.kind !== 'NOTHING' && plan.blocked === null && (
          <p>
            <b>Automatic repair:</b> {plan.automatic.below}
          </p>
        )}
        {plan.untouched.length > 0 && (
          <p>
            <b>Will not be touched:</b> {plan.untouched.join(' · ')}
          </p>
        )}
        {plan.notes.length > 0 && (
          <ul class="bullets">
            {plan.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
      </section>
    </>
  )
}

type Check = PlanView['checks'][number]

const ICONS: Readonly<Record<Check['state'], IconName>> = {
  OK: 'check',
  WARNING: 'alert',
  FAILED: 'broken',
  UNKNOWN: 'dashed',
}
const WORDS: Readonly<Record<Check['state'], string>> = {
  OK: 'good',
  WARNING: 'warning',
  FAILED: 'in the way',
  UNKNOWN: 'not known',
}

/** What was looked at before a byte moves. */
export function Preflight({ checks }: { readonly checks: readonly Check[] }) {
  if (checks.length === 0) return null
  return (
    <section class="card" aria-labelledby="preflight">
      <h3 id="preflight">Checked just now</h3>
      <ul class="ticks two">
        {checks.map((check) => (
          <li key={check.id} class={`tick-${check.state.toLowerCase()}`}>
            <Icon name={ICONS[check.state]} />
            <span>
              <span class="visually-hidden">{WORDS[check.state]}: </span>
              {check.sentence}
              {check.cure !== null && (
                <>
                  <br />
                  <span class="muted">{check.cure}</span>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
