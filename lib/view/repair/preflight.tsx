import type { PlanView } from '#lib/api/plan.ts'
import { Icon, type IconName } from '../icon.tsx'

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
