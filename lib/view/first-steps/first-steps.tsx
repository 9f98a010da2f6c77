import type { ComponentChildren } from 'preact'
import type { FirstStep } from '#lib/inspect/first-steps.ts'
import { Icon, type IconName } from '../icon.tsx'

const EXAMPLE = `san_hosts:
  hqs10: { hostname: hqs10.storage.local, ssh_user: zfsadmin }
  hqs7:  { hostname: hqs7.storage.local,  ssh_user: zfsadmin }
pairs:
  - name: "HQS10 → HQS7"
    primary: hqs10
    backup: hqs7
    datasets:
      - name: hqs10p1/HQS10DAT1
        backup_dataset: hqs7p1/HQS10DAT1
scheduler:
  interval_minutes: 30
`

/** Shape and word, never colour alone. */
const MARKS: Readonly<Record<FirstStep['state'], readonly [icon: IconName, word: string, tone: string]>> = {
  DONE: ['check', 'Done', 'good'],
  OPEN: ['alert', 'To do', 'warn'],
  UNKNOWN: ['dashed', 'Not known', 'quiet'],
  LATER: ['dashed', 'Later', 'quiet'],
}

interface Props {
  readonly steps: readonly FirstStep[]
  /** No dataset is configured. */
  readonly nothing: boolean
  /** A button that copies; only where a script runs. */
  readonly copy: (text: string, label: string) => ComponentChildren
}

/** What a new witness needs before its first check, and what of it is there. */
export function FirstSteps({ steps, nothing, copy }: Props) {
  const done = steps.filter(({ state }) => state === 'DONE').length
  return (
    <section class="stack">
      <h1>{nothing ? 'No datasets configured yet' : 'First steps'}</h1>
      <p>
        {done} of {steps.length} are done. Commands are typed on the witness (in a container:{' '}
        <code>docker compose exec zwitness zwitness …</code>); load this page again to see what has changed.
      </p>
      <ol class="first-steps card">
        {steps.map((step) => (
          <Step key={step.id} step={step} copy={copy} />
        ))}
      </ol>
      {nothing && (
        <>
          <h2>A configuration to begin with</h2>
          <div class="stack-xs">
            <pre class="card">{EXAMPLE}</pre>
            {copy(EXAMPLE, 'Copy the example')}
          </div>
          <p>
            When the file is there, see what it would change and load it on the <a href="/config">Config</a> page. Only
            looking around? <code>zwitness demo</code> shows everything with simulated SANs.
          </p>
        </>
      )}
    </section>
  )
}

function Step({ step, copy }: { readonly step: FirstStep; readonly copy: Props['copy'] }) {
  const [icon, word, tone] = MARKS[step.state]
  const texts = step.copy === null ? step.commands : [step.copy, ...step.commands]
  return (
    <li class={`first-step ${tone}`}>
      <span class="first-mark">
        <Icon name={icon} /> {word}
      </span>
      <div class="stack-xs">
        <b>{step.title}</b>
        <p>{step.message}</p>
        {texts.map((text) => (
          <div class="first-line" key={text}>
            <code>{text}</code>
            {copy(text, 'Copy')}
          </div>
        ))}
        {step.id === 'DECISIONS' && step.state === 'OPEN' && (
          <p>
            Or <a href="/adopt">read and decide here</a>.
          </p>
        )}
        {step.id === 'RIGHTS' && step.state !== 'LATER' && step.state !== 'DONE' && (
          <p>
            Or <a href="/config?tab=hosts">run the doctor here</a>.
          </p>
        )}
      </div>
    </li>
  )
}
