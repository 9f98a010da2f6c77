/** A menu closes when one goes elsewhere, or by Escape, which gives the focus back to it. */
export function closeMenusElsewhere(): () => void {
  const onClick = (event: Event): void => {
    for (const menu of openMenus()) if (!menu.contains(event.target as Node)) menu.open = false
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    for (const menu of openMenus()) {
      menu.open = false
      if (menu.contains(document.activeElement)) menu.querySelector('summary')?.focus()
    }
  }
  document.addEventListener('click', onClick)
  document.addEventListener('focusin', onClick)
  document.addEventListener('keydown', onKey)
  return () => {
    document.removeEventListener('click', onClick)
    document.removeEventListener('focusin', onClick)
    document.removeEventListener('keydown', onKey)
  }
}

function openMenus(): NodeListOf<HTMLDetailsElement> {
  return document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')
}
