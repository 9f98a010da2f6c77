import type { InvocationView } from '#lib/api/function.ts'
import { durationText } from '#lib/text/words.ts'
import { Icon, type IconName } from '../icon.tsx'
import { Moment } from '../moment.tsx'

const STATES: Readonly<Record<InvocationView['state'], readonly [IconName, string, string]>> = {
  RUNNING: ['repairing', 'repairing', 'Running'],
  SUCCEEDED: ['check', 'healthy', 'Succeeded'],
  FAILED: ['broken', 'broken', 'Failed'],
  TIMED_OUT: ['alert', 'warning', 'Timed out'],
  CANCELLED: ['pause', 'unknown', 'Cancelled'],
  SKIPPED: ['dashed', 'unknown', 'Left out'],
  INTERRUPTED: ['alert', 'warning', 'Interrupted'],
}

export function Invocations({ invocations }: { readonly invocations: readonly InvocationView[] }) {
  if (invocations.length === 0) return <p class="empty">It has not run yet.</p>
  return (
    <div class="card table-card">
      <table class="cards">
        <caption class="visually-hidden">The last invocations, newest first</caption>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">Result</th>
            <th scope="col">Started</th>
            <th scope="col">Duration</th>
            <th scope="col">Trigger</th>
            <th scope="col">Input and outcome</th>
          </tr>
        </thead>
        <tbody>
          {invocations.map((invocation) => (
            <Line key={invocation.id} invocation={invocation} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Line({ invocation }: { readonly invocation: InvocationView }) {
  const { id, state, startedAt, finishedAt, trigger, actor, input, outcome, error } = invocation
  const [icon, colour, word] = STATES[state]
  return (
    <tr>
      <th scope="row" data-label="Number">
        {id}
      </th>
      <td data-label="Result">
        <span class={`status status-${colour}`}>
          <Icon name={icon} />
          {word}
        </span>
      </td>
      <td data-label="Started">
        <Moment at={startedAt} quiet />
      </td>
      <td data-label="Duration">
        {finishedAt === null ? 'under way' : durationText((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000)}
      </td>
      <td data-label="Trigger">
        {trigger.toLowerCase()}: {actor}
      </td>
      <td data-label="Outcome">
        <details>
          <summary>{error ?? short(outcome)}</summary>
          <pre class="step-command">{JSON.stringify({ input, outcome, error }, null, 2)}</pre>
        </details>
      </td>
    </tr>
  )
}

const MOST = 80

function short(outcome: unknown): string {
  const text = sentenceOf(outcome) ?? JSON.stringify(outcome) ?? ''
  return text === '' || text === 'null' ? 'no answer' : text.length > MOST ? `${text.slice(0, MOST)}…` : text
}

/** Of those that wait for a run: what came of it. */
function sentenceOf(outcome: unknown): string | null {
  const found = typeof outcome === 'object' && outcome !== null && 'outcome' in outcome ? outcome.outcome : null
  return typeof found === 'string' ? found : null
}
