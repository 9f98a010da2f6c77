import { useSignal } from '@preact/signals'
import type { ConfigReportView } from '#lib/api/config.ts'
import { Action } from '#lib/client/action.tsx'
import type { Refused } from '#lib/client/send.ts'
import { Faults } from '#lib/view/config/drift.tsx'
import { type ConfigDifference, Difference } from '#lib/view/config/effective.tsx'
import { RoleNote } from '#lib/view/layout.tsx'

interface Shown {
  readonly title: string
  readonly difference: ConfigDifference | null
  /** What became of tokens, in sentences. */
  readonly tokens: readonly string[]
  readonly refused: Refused | null
}

/** Look at what the file would change, and take it over. */
export default function ConfigActions() {
  const shown = useSignal<Shown | null>(null)
  const show = (title: string, body: unknown): void => {
    const { diff, tokens = [] } = body as { readonly diff: ConfigDifference; readonly tokens?: readonly string[] }
    shown.value = { title, difference: diff, tokens, refused: null }
  }
  const refuse = (refused: Refused): void => {
    shown.value = { title: refused.title, difference: null, tokens: [], refused }
  }
  return (
    <section class="stack-s" aria-label="Reload">
      <div class="row">
        <Action
          path="/api/config/check"
          method="GET"
          onDone={({ body }) => show('A reload would change:', body)}
          onRefused={refuse}
        >
          Check file
        </Action>
        <Action
          path="/api/config/reload"
          kind="primary"
          title="Takes over the file; on any fault nothing changes"
          onDone={({ body }) => show('Reloaded. It has changed:', body)}
          onRefused={refuse}
        >
          Reload
        </Action>
        <RoleNote />
      </div>
      <div aria-live="polite">
        {shown.value !== null && (
          <div class="card stack-s">
            <p>
              <b>{shown.value.title}</b> {shown.value.refused?.detail}
            </p>
            {shown.value.difference && <Difference difference={shown.value.difference} />}
            {shown.value.tokens.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
            {shown.value.refused && <Faults faults={faultsOf(shown.value.refused)} />}
          </div>
        )}
      </div>
    </section>
  )
}

function faultsOf({ body }: Refused): ConfigReportView['faults'] {
  return Array.isArray(body.faults) ? (body.faults as ConfigReportView['faults']) : []
}
