import type { PlanView } from '#lib/api/plan.ts'
import { shellLine } from '#lib/text/shell.ts'
import { bytesText } from '#lib/text/words.ts'

type Step = PlanView['steps'][number]

const IF_INTERRUPTED: Readonly<Record<Step['ifInterrupted'], string>> = {
  RESUMES: 'resumes',
  REUSED: 'reused',
  COMPLETED_AT_NEXT_START: 'completed at next start',
  HARMLESS: 'harmless',
  STARTS_AGAIN: 'starts again',
}

/** Every step with the exact words that will run, where they run, and what an interruption means. */
export function PlanSteps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <section aria-labelledby="steps" class="stack-s">
      <h2 id="steps">Steps</h2>
      <div class="card table-card">
        <table class="cards plan-steps">
          <caption class="visually-hidden">Steps of the plan</caption>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Command</th>
              <th scope="col">Runs on</th>
              <th scope="col">Data</th>
              <th scope="col">If interrupted</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <tr key={step.n}>
                <th scope="row" data-label="Step">
                  {step.n}
                </th>
                <td data-label="Command">
                  <div class="step-what">
                    <span>
                      {step.title} {step.optional && <span class="tag">a failure is a warning</span>}
                    </span>
                    {step.commands.length > 0 && <pre class="step-command">{stepCommand(step)}</pre>}
                  </div>
                </td>
                <td data-label="Runs on">{hostsOf(step)}</td>
                <td data-label="Data">{step.estimateBytes === null ? '–' : `~${bytesText(step.estimateBytes)}`}</td>
                <td data-label="If interrupted">{IF_INTERRUPTED[step.ifInterrupted]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** Of a transfer one pipe; of short commands one a line. */
export function stepCommand({ kind, commands }: Pick<Step, 'kind' | 'commands'>): string {
  const lines = commands.map(({ argv }) => shellLine(argv))
  return kind === 'TRANSFER' ? lines.join('\n  | ') : lines.join('\n')
}

export function planText(steps: readonly Step[]): string {
  return steps
    .flatMap((step) =>
      step.commands.length === 0 ? [] : [`# ${step.n} ${step.title} (${hostsOf(step)})\n${stepCommand(step)}`],
    )
    .join('\n\n')
}

function hostsOf({ commands, kind }: Step): string {
  if (commands.length === 0) return kind === 'VERIFY' ? 'both' : '–'
  return [...new Set(commands.map((command) => command.host))].join(' → ')
}
