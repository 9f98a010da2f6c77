import { type ComponentType, h, hydrate } from 'preact'
import { useEffect } from 'preact/hooks'

interface Started {
  readonly element: HTMLElement
  readonly of: ComponentType
  readonly props: object
}

/** Marked only when the effects of everything in it have run: from then on it hears keys, too. */
function Island({ element, of, props }: Started) {
  useEffect(() => {
    element.dataset.hydrated = ''
  }, [])
  return h(of, props)
}

// A phone has no room for all places: the one where one is comes into sight.
const here = document.querySelector<HTMLElement>('.main-nav [aria-current]')
const places = here?.closest('ul')
if (here && places) places.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - places.clientWidth / 2

// The only script of a page with islands: each island's own module is loaded by the name the server wrote.
for (const element of document.querySelectorAll<HTMLElement>('[data-island]')) {
  const { src, props } = element.dataset
  if (!src || !props) continue
  void import(src).then((module: { readonly default: ComponentType }) =>
    hydrate(h(Island, { element, of: module.default, props: JSON.parse(props) }), element),
  )
}
