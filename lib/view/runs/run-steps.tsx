import type { RunDetailView } from '#lib/api/run-detail.ts'
import { shellLine } from '#lib/text/shell.ts'
import { bytesText, durationText } from '#lib/text/words.ts'
import { Icon, type IconName } from '../icon.tsx'
import { Moment } from '../moment.tsx'
import { stepCommand } from '../repair/plan-steps.tsx'

type Step = RunDetailView['steps'][number]
type Action = RunDetailView['actions'][number]

const STATES: Readonly<Record<Step['state'], readonly [IconName, string, string]>> = {
  PENDING: ['dashed', 'unknown', 'not begun'],
  RUNNING: ['repairing', 'repairing', 'running'],
  SUCCEEDED: ['check', 'healthy', 'done'],
  FAILED: ['broken', 'broken', 'failed'],
  CANCELLED: ['pause', 'unknown', 'cancelled'],
  INTERRUPTED: ['alert', 'warning', 'interrupted'],
  SKIPPED: ['dashed', 'unknown', 'left out'],
}

/** The plan's steps and how each went. */
export function RunSteps({ run }: { readonly run: RunDetailView }) {
  if (run.steps.length === 0) return null
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">Steps</h2>
      <ol class="card run-steps">
        {run.steps.map((step) => (
          <li key={step.n}>
            <StepLine step={step} stderr={run.error?.step === step.n ? run.error.stderrTail : ''} />
          </li>
        ))}
      </ol>
    </section>
  )
}

function StepLine({ step, stderr }: { readonly step: Step; readonly stderr: string }) {
  return (
    <div class="stack-xs">
      <p class="row">
        <Mark state={step.state} />
        <b>
          {step.n}. {step.title}
        </b>
        <span class="muted">
          {step.bytes !== null && step.bytes > 0 && `${bytesText(step.bytes)} · `}
          {durationOf(step)}
          {step.exitCode !== null && ` · exit code ${step.exitCode}`}
        </span>
      </p>
      {step.commands.length > 0 && <pre class="step-command">{stepCommand(step)}</pre>}
      {step.error !== null && <p class="status-broken">{step.error}</p>}
      {stderr !== '' && <pre class="step-command stderr">{stderr}</pre>}
    </div>
  )
}

function Mark({ state }: { readonly state: Step['state'] }) {
  const [icon, colour, word] = STATES[state]
  return (
    <span class={`status status-${colour}`}>
      <Icon name={icon} />
      {word}
    </span>
  )
}

function durationOf({ startedAt, finishedAt }: Pick<Step, 'startedAt' | 'finishedAt'>): string {
  if (startedAt === null) return ''
  return finishedAt === null ? 'under way' : durationText((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000)
}

/** Everything that was sent to a SAN or decided besides the plan's steps. */
export function RunActions({ actions }: { readonly actions: readonly Action[] }) {
  if (actions.length === 0) return null
  return (
    <section>
      <details>
        <summary>Everything it did ({actions.length})</summary>
        <ol class="card run-steps">
          {actions.map((action) => (
            <li key={action.id} class="stack-xs">
              <p class="row">
                <Mark state={action.state} /> <b>{action.title}</b>
                <span class="muted">
                  {action.host !== null && `${action.host} · `}
                  <Moment at={action.startedAt} as="clock" quiet /> {durationOf(action)}
                </span>
              </p>
              {action.commands.length > 0 && (
                <pre class="step-command">{action.commands.map(shellLine).join('\n  | ')}</pre>
              )}
              {action.error !== null && <p class="status-broken">{action.error}</p>}
            </li>
          ))}
        </ol>
      </details>
    </section>
  )
}
