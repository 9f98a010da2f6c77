import { useSignal } from '@preact/signals'
import { useHydrated } from '#lib/client/hydrated.ts'
import { Icon } from '#lib/view/icon.tsx'

interface Props {
  readonly text: string
  readonly label: string
}

/** Puts a text into the clipboard. Without a script there is nothing to press: the text stands beside it. */
export default function CopyText({ text, label }: Props) {
  const copied = useSignal(false)
  const ready = useHydrated()
  if (!ready) return null
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      copied.value = true
    } catch {
      // Browsers allow it only on secure pages: then the text has to be marked by hand.
      copied.value = false
    }
  }
  return (
    <button type="button" onClick={() => void copy()}>
      <Icon name="copy" /> <span aria-live="polite">{copied.value ? 'Copied' : label}</span>
    </button>
  )
}
