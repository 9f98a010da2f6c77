import { type ComponentType, h, hydrate } from 'preact'

// The only script of a page with islands: each island's own module is loaded by the name the server wrote.
for (const element of document.querySelectorAll<HTMLElement>('[data-island]')) {
  const { src, props } = element.dataset
  if (!src || !props) continue
  void import(src).then((module: { readonly default: ComponentType }) => {
    hydrate(h(module.default, JSON.parse(props)), element)
    element.dataset.hydrated = ''
  })
}
