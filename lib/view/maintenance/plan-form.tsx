import { counted } from '#lib/text/words.ts'
import { Field, FieldFault, PostForm } from '../access/form-parts.tsx'
import { mayAct, WHY_NOT } from '../may-act.ts'
import { usePage } from '../page-facts.ts'

/** What can be chosen. */
export interface Choices {
  readonly hosts: readonly string[]
  readonly pairs: readonly string[]
  readonly datasets: readonly { readonly id: string; readonly pair: string }[]
}

/** What was typed, or is proposed. */
export interface Typed {
  readonly kind: 'PAUSE' | 'ACK'
  /** `all`, `scheduler`, `datasets`, `host …` or `pair …`. */
  readonly target: string
  readonly datasets: readonly string[]
  readonly from: string
  readonly until: string
  readonly reason: string
}

const FIELDS = ['kind', 'target', 'from', 'until', 'reason'] as const
type PlanField = (typeof FIELDS)[number]

export const isPlanField = (name: string): name is PlanField => FIELDS.some((field) => field === name)

/** Why it was refused, and at which field that is said. */
export interface PlanFault {
  readonly field: PlanField
  readonly text: string
}

interface Props {
  readonly csrf: string
  readonly choices: Choices
  readonly typed: Typed
  readonly fault: PlanFault | null
}

/** Pause or acknowledge many, now or planned ahead. Works without a script. */
export function PlanForm({ csrf, choices, typed, fault }: Props) {
  const { role, zone } = usePage()
  const may = mayAct(role, 'operator')
  const at = (field: PlanField): string | undefined => (fault?.field === field ? fault.text : undefined)
  return (
    <PostForm action="/maintenance/plan" csrf={csrf}>
      <div class="plan-fields">
        <label class="field">
          <span>What</span>
          <select name="kind" autofocus={at('kind') !== undefined}>
            <option value="PAUSE" selected={typed.kind === 'PAUSE'}>
              Pause: no repair begins
            </option>
            <option value="ACK" selected={typed.kind === 'ACK'}>
              Acknowledge: alarms are quiet
            </option>
          </select>
          {at('kind') !== undefined && <FieldFault>{at('kind')}</FieldFault>}
        </label>
        <label class="field">
          <span>For</span>
          <select
            name="target"
            aria-invalid={at('target') === undefined ? undefined : true}
            autofocus={at('target') !== undefined}
          >
            <Targets choices={choices} value={typed.target} />
          </select>
          {at('target') !== undefined && <FieldFault>{at('target')}</FieldFault>}
        </label>
        <Field
          label="From"
          name="from"
          value={typed.from}
          required={false}
          hint="Empty: now. Or Sat 20:00, 2026-12-05 06:00."
          fault={at('from')}
        />
        <Field
          label="Until"
          name="until"
          value={typed.until}
          required={false}
          hint="06:00 (the next), Sat 20:00, 2026-12-05 06:00. Empty: until somebody ends it."
          fault={at('until')}
        />
      </div>
      <Chosen choices={choices} typed={typed} />
      <Field
        label="Why (everyone reads it)"
        name="reason"
        value={typed.reason}
        required={false}
        hint="For example: disks of hqs7 are swapped, ticket 4711."
        fault={at('reason')}
      />
      <p class="hint">Times are of {zone}. What runs goes on; when it ends, what it was for is looked at again.</p>
      <div class="row">
        <button type="submit" class="primary" disabled={!may}>
          Pause or acknowledge
        </button>
        {!may && <span class="why-not">{WHY_NOT.operator}</span>}
      </div>
    </PostForm>
  )
}

function Targets({ choices, value }: { readonly choices: Choices; readonly value: string }) {
  const option = (is: string, words: string) => (
    <option key={is} value={is} selected={is === value}>
      {words}
    </option>
  )
  return (
    <>
      {option('', 'Choose…')}
      <optgroup label="SANs">{choices.hosts.map((host) => option(`host ${host}`, host))}</optgroup>
      <optgroup label="Pairs">{choices.pairs.map((pair) => option(`pair ${pair}`, pair))}</optgroup>
      <optgroup label="More">
        {option('datasets', 'The datasets ticked below')}
        {option('all', 'All datasets')}
        {option('scheduler', 'The scheduler: no check begins by itself')}
      </optgroup>
    </>
  )
}

function Chosen({ choices, typed }: Pick<Props, 'choices' | 'typed'>) {
  const ticked = new Set(typed.datasets)
  const byPair = Map.groupBy(choices.datasets, ({ pair }) => pair)
  return (
    <details class="chosen" open={ticked.size > 0 || typed.target === 'datasets'}>
      <summary>Choose from {counted(choices.datasets.length, 'dataset')}</summary>
      <div class="chosen-list">
        {[...byPair].map(([pair, datasets]) => (
          <fieldset key={pair}>
            <legend>{pair}</legend>
            {datasets.map(({ id }) => (
              <label key={id} class="check">
                <input type="checkbox" name="datasets" value={id} checked={ticked.has(id)} />
                <span class="name">{id}</span>
              </label>
            ))}
          </fieldset>
        ))}
      </div>
    </details>
  )
}
