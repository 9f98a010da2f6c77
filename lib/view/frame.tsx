import type { ComponentChildren } from 'preact'

interface Props {
  /** Simulated SANs. */
  readonly demo: boolean
  readonly version: string
  readonly children: ComponentChildren
}

/** What every page has around it. */
export function Frame({ demo, version, children }: Props) {
  return (
    <>
      {demo && (
        <p class="banner" role="note">
          Demo: simulated SANs, nothing is real.
        </p>
      )}
      <header class="top">
        <a href="/" class="product">
          zwitness
        </a>
        <nav aria-label="Main">
          <a href="/" aria-current="page">
            Datasets
          </a>
          <a href="/api/runs">Runs</a>
          <a href="/api/openapi.json">API</a>
        </nav>
      </header>
      <main id="main">{children}</main>
      <footer>zwitness {version}</footer>
    </>
  )
}
