import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useHydrated } from '#lib/client/hydrated.ts'
import { ConfirmForm, type ConfirmProps } from '#lib/view/repair/confirm-form.tsx'

/** The form that starts a repair: off until the name is typed, and off again once it is sent. */
export default function ConfirmRepair(props: ConfirmProps) {
  const typed = useSignal('')
  const busy = useSignal(false)
  const ready = useHydrated()
  const field = useRef<HTMLInputElement>(null)

  useEffect(() => {
    // Without a jump: what would be lost stands above it and is to be read first.
    field.current?.focus({ preventScroll: true })
    // A page that comes back by the browser's Back has not sent anything.
    const onShow = (): void => {
      busy.value = false
    }
    addEventListener('pageshow', onShow)
    return () => removeEventListener('pageshow', onShow)
  }, [])

  return (
    <ConfirmForm
      {...props}
      off={ready && props.confirm !== null && typed.value !== props.confirm}
      busy={busy.value}
      field={field}
      onTyped={(text) => {
        typed.value = text
      }}
      onSubmit={(event) => {
        if (busy.value) event.preventDefault()
        // After this turn: a button that is off at once would not be sent along.
        setTimeout(() => {
          busy.value = true
        })
      }}
    />
  )
}
