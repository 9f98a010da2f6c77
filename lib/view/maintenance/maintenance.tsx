import type { MaintenanceView } from '#lib/api/maintenance.ts'
import { counted } from '#lib/text/words.ts'
import { PostForm } from '../access/form-parts.tsx'
import { mayAct } from '../may-act.ts'
import { Moment } from '../moment.tsx'
import { usePage } from '../page-facts.ts'
import { type Choices, type PlanFault, PlanForm, type Typed } from './plan-form.tsx'

interface Props {
  readonly csrf: string
  /** In force, planned, and over within the last 30 days. */
  readonly items: readonly MaintenanceView[]
  readonly choices: Choices
  readonly typed: Typed
  readonly fault: PlanFault | null
  /** Why ending one was refused. */
  readonly refused: string | null
  readonly done: string | null
}

/** What is paused or acknowledged for many, now, planned and over; and a form that plans one. */
export function MaintenancePage({ csrf, items, choices, typed, fault, refused, done }: Props) {
  const having = (state: MaintenanceView['state']) => items.filter((each) => each.state === state)
  return (
    <section class="stack">
      <h1>Maintenance</h1>
      <p>
        Pause or acknowledge a SAN, a pair, chosen datasets, all, or the scheduler, now or planned ahead. A paused
        dataset is still checked; nobody repairs it.
      </p>
      {refused !== null && (
        <p class="note bad" role="alert">
          {refused}
        </p>
      )}
      {done !== null && (
        <p class="note good" role="status">
          {done}
        </p>
      )}
      <Listed
        title="In force"
        id="in-force"
        items={having('IN_FORCE')}
        csrf={csrf}
        none="Nothing is paused or acknowledged for many."
      />
      <Listed title="Planned" id="planned" items={having('PLANNED')} csrf={csrf} none="Nothing is planned." />
      <section class="card stack" id="plan" aria-labelledby="plan-title">
        <h2 id="plan-title">Pause or acknowledge</h2>
        <PlanForm csrf={csrf} choices={choices} typed={typed} fault={fault} />
      </section>
      <Listed title="Over, last 30 days" id="over" items={having('OVER')} csrf={csrf} none="Nothing was." />
    </section>
  )
}

interface ListProps {
  readonly title: string
  readonly id: string
  readonly items: readonly MaintenanceView[]
  readonly csrf: string
  readonly none: string
}

function Listed({ title, id, items, csrf, none }: ListProps) {
  const { role } = usePage()
  const canEnd = mayAct(role, 'operator')
  return (
    <section class="card stack-s" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {items.length === 0 ? (
        <p class="muted">{none}</p>
      ) : (
        <div class="scroll">
          <table class="cards">
            <thead>
              <tr>
                <th scope="col">For</th>
                <th scope="col">What</th>
                <th scope="col">From</th>
                <th scope="col">Until</th>
                <th scope="col">By</th>
                <th scope="col">Why</th>
                {canEnd && items[0]?.state !== 'OVER' && (
                  <th scope="col">
                    <span class="visually-hidden">End it</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <Line key={item.id} item={item} csrf={csrf} canEnd={canEnd && item.state !== 'OVER'} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function Line({
  item,
  csrf,
  canEnd,
}: {
  readonly item: MaintenanceView
  readonly csrf: string
  readonly canEnd: boolean
}) {
  const { id, kind, about, scope, datasets, from, by, reason } = item
  return (
    <tr id={`m${id}`}>
      <th scope="row">
        {about}
        {scope.kind !== 'SCHEDULER' && item.state !== 'OVER' && (
          <span class="muted"> ({counted(datasets, 'dataset')})</span>
        )}
      </th>
      <td data-label="What">{kind === 'PAUSE' ? 'paused' : 'acknowledged'}</td>
      <td data-label="From">
        <Moment at={from} as="minute" quiet />
      </td>
      <td data-label="Until">
        <End item={item} />
      </td>
      <td data-label="By">{by}</td>
      <td data-label="Why">{reason ?? '–'}</td>
      {canEnd && (
        <td>
          <PostForm action="/maintenance/end" csrf={csrf} inline>
            <input type="hidden" name="id" value={id} />
            <button type="submit" aria-label={`${endWords(item)}: ${about}`}>
              {endWords(item)}
            </button>
          </PostForm>
        </td>
      )}
    </tr>
  )
}

function endWords({ state }: MaintenanceView): string {
  return state === 'PLANNED' ? 'Take back' : 'End now'
}

function End({ item: { until, endedAt, endedBy } }: { readonly item: MaintenanceView }) {
  if (endedAt !== null)
    return (
      <>
        <Moment at={endedAt} as="minute" quiet /> (ended by {endedBy})
      </>
    )
  return until === null ? <>somebody ends it</> : <Moment at={until} as="minute" quiet />
}
