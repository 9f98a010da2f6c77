import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon, type IconName } from '#lib/view/icon.tsx'

const THEMES = ['system', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]
const ICONS: Readonly<Record<Theme, IconName>> = { system: 'monitor', light: 'sun', dark: 'moon' }

/** Goes round: as the system, light, dark. Kept in this browser. */
export function ThemeSwitch() {
  const theme = useSignal<Theme | null>(null)
  useEffect(() => {
    const chosen = document.documentElement.dataset.theme
    theme.value = chosen === 'light' || chosen === 'dark' ? chosen : 'system'
  }, [])
  if (theme.value === null) return null
  const now = theme.value
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length] ?? 'system'
  return (
    <button
      type="button"
      class="plain square"
      aria-label={`Theme: ${now}. Change to ${next}.`}
      title={`Theme: ${now}`}
      onClick={() => {
        theme.value = next
        choose(next)
      }}
    >
      <Icon name={ICONS[now]} size={18} />
    </button>
  )
}

function choose(theme: Theme): void {
  const { dataset } = document.documentElement
  if (theme === 'system') delete dataset.theme
  else dataset.theme = theme
  try {
    if (theme === 'system') localStorage.removeItem('theme')
    else localStorage.setItem('theme', theme)
  } catch {
    // Storage may be forbidden: then the choice holds for this page.
  }
}
