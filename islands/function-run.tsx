import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { useHydrated } from '#lib/client/hydrated.ts'
import { type Refused, send } from '#lib/client/send.ts'
import { type InputField, inputFields, inputOf } from '#lib/view/functions/input-fields.ts'
import { mayAct, WHY_NOT } from '#lib/view/may-act.ts'
import { usePage } from '#lib/view/page-facts.ts'

interface Props {
  readonly name: string
  readonly access: string
  /** JSON Schema. */
  readonly schema: unknown
}

/** Runs a function once, with what its schema asks for. */
export default function FunctionRun({ name, access, schema }: Props) {
  const { role } = usePage()
  const ready = useHydrated()
  const busy = useSignal(false)
  const output = useSignal<string | null>(null)
  const refused = useSignal<Pick<Refused, 'title' | 'detail'> | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const fields = inputFields(schema)
  const needs = access === 'admin' ? 'admin' : 'operator'
  const allowed = access === 'viewer' || access === 'public' || mayAct(role, needs)

  const run = async (): Promise<void> => {
    if (busy.value || form.current === null) return
    const data = new FormData(form.current)
    refused.value = null
    output.value = null
    let input: Readonly<Record<string, unknown>>
    try {
      input = inputOf(fields, (field) => String(data.get(field) ?? ''))
    } catch (error) {
      refused.value = { title: 'Not sent', detail: error instanceof Error ? error.message : String(error) }
      return
    }
    busy.value = true
    const answer = await send('POST', `/api/functions/${encodeURIComponent(name)}`, input)
    busy.value = false
    if (answer.ok) output.value = JSON.stringify((answer.body as { output: unknown }).output, null, 2)
    else refused.value = answer.refused
  }

  return (
    <form
      ref={form}
      class="card stack-s"
      onSubmit={(event) => {
        event.preventDefault()
        void run()
      }}
    >
      <h2>Invoke</h2>
      {fields.length === 0 && <p class="muted">It takes no input.</p>}
      {fields.map((field) => (
        <Field key={field.name} field={field} />
      ))}
      <div class="row">
        <button type="submit" class="primary" disabled={!ready || !allowed || busy.value} aria-busy={busy.value}>
          {busy.value ? 'Running' : `Invoke ${name}`}
        </button>
        {!allowed && <span class="why-not">{WHY_NOT[needs]}</span>}
      </div>
      <p role="alert" class="refused">
        {refused.value && `${refused.value.title}. ${refused.value.detail}`}
      </p>
      {output.value !== null && (
        <>
          <p role="status">It has ended. What it answered:</p>
          <pre class="step-command">{output.value}</pre>
        </>
      )}
    </form>
  )
}

function Field({ field }: { readonly field: InputField }) {
  const { name, kind, required, description, options, initial } = field
  if (kind === 'check') {
    return (
      <label class="check">
        <input type="checkbox" name={name} value="true" checked={initial === 'true'} />
        <span>
          {name} <span class="muted">{description}</span>
        </span>
      </label>
    )
  }
  return (
    <label class="field" for={`input-${name}`}>
      <span>
        {name}
        {!required && <span class="muted"> (optional)</span>}
      </span>
      {kind === 'choice' ? (
        <select id={`input-${name}`} name={name} required={required}>
          {!required && <option value="" />}
          {options.map((option) => (
            <option key={option} value={option} selected={option === initial}>
              {option}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={`input-${name}`}
          name={name}
          inputMode={kind === 'number' ? 'decimal' : undefined}
          required={required}
          value={initial}
          autocomplete="off"
        />
      )}
      <small class="muted">
        {description}
        {kind === 'list' && ' Several: with commas.'}
        {kind === 'json' && ' As JSON.'}
      </small>
    </label>
  )
}
