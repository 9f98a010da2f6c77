import type { ReportRowView } from '#lib/api/report.ts'
import { durationText, shareText } from '#lib/text/words.ts'

type Month = NonNullable<ReportRowView['thisMonth']>

/** Of one month: inside, outside and not known, as a bar with its words. */
export function ObjectiveShare({ month }: { readonly month: Month | null }) {
  if (month === null || month.insideShare === null) return <span class="muted">not on record</span>
  const { insideSeconds, outsideSeconds, unknownSeconds } = month
  const whole = insideSeconds + outsideSeconds + unknownSeconds
  const rest = [
    ...(outsideSeconds > 0 ? [`${shareText(outsideSeconds, whole)} outside`] : []),
    ...(unknownSeconds > 0 ? [`${shareText(unknownSeconds, whole)} not known`] : []),
  ]
  return (
    <>
      <b>{shareText(insideSeconds, whole)}</b>
      {rest.length > 0 && <small class="muted block">{rest.join(', ')}</small>}
    </>
  )
}

interface Props {
  readonly months: readonly Month[]
  readonly maxDelaySeconds: number
}

/** How long one dataset was within its objective, month by month. */
export function ObjectiveMonths({ months, maxDelaySeconds }: Props) {
  return (
    <section class="card stack-s" aria-labelledby="objective">
      <h3 id="objective">Within the objective</h3>
      <p class="muted">The delay was at most {durationText(maxDelaySeconds)}, of all the time that was counted.</p>
      {months.length === 0 ? (
        <p class="muted">Nothing is on record yet.</p>
      ) : (
        <table class="months">
          <caption class="visually-hidden">Time within the objective by month</caption>
          <thead>
            <tr>
              <th scope="col">Month</th>
              <th scope="col">Inside</th>
              <th scope="col">Outside</th>
              <th scope="col">Not known</th>
            </tr>
          </thead>
          <tbody>
            {months.map(({ month, insideSeconds, outsideSeconds, unknownSeconds }) => {
              const whole = insideSeconds + outsideSeconds + unknownSeconds
              return (
                <tr key={month}>
                  <th scope="row">{month}</th>
                  <td>{shareText(insideSeconds, whole)}</td>
                  <td>{shareText(outsideSeconds, whole)}</td>
                  <td>{shareText(unknownSeconds, whole)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </section>
  )
}
