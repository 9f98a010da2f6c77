import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { Actor } from './actor.ts'
import type { Assets, IslandAsset } from './assets.ts'
import { IslandContext } from './island.tsx'
import type { Problem } from './problem.ts'

export interface DocumentOptions {
  /** Default `en`. */
  readonly lang?: string
  /** Names from the static assets, for example `/assets/app.css`. */
  readonly stylesheets?: readonly string[]
  /** `Runs` → `Runs · product`. */
  readonly title?: (title: string) => string
  /** The first thing in the body, for people who use a keyboard; default a link to `#main`. */
  readonly skipLink?: VNode
  /** More for the head: icons, a script. `url` gives the hashed name of a static asset. */
  readonly head?: (url: (path: string) => string) => ComponentChildren
  readonly errorPage?: (failure: {
    readonly problem: Problem
    readonly requestId: string
    readonly actor: Actor | null
  }) => VNode
}

export interface RenderOptions {
  readonly title: string
  readonly body: VNode
  readonly assets: Assets
  readonly document: DocumentOptions
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** The whole HTML document. The body is rendered first, because only then it is known which islands it used. */
export function renderDocument({ title, body, assets, document, status, headers }: RenderOptions): Response {
  const used = new Set<IslandAsset>()
  const scope = { find: assets.island, used }
  const markup = renderToString(<IslandContext.Provider value={scope}>{body}</IslandContext.Provider>)
  const preloads = new Set([...used].flatMap((island) => [island.src, ...island.imports]))
  const stylesheets = (document.stylesheets ?? []).map((path) => assets.url(path))
  const shell = (
    <html lang={document.lang ?? 'en'}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{document.title ? document.title(title) : title}</title>
        {used.size > 0 && <link rel="stylesheet" href={assets.islandStylesheet} />}
        {stylesheets.map((href) => (
          <link key={href} rel="stylesheet" href={href} />
        ))}
        {[...preloads].map((href) => (
          <link key={href} rel="modulepreload" href={href} />
        ))}
        {used.size > 0 && <script type="module" src={assets.boot} />}
        {document.head?.((path) => assets.url(path))}
      </head>
      <body>
        {document.skipLink ?? (
          <a class="skip-link" href="#main">
            Skip to the content
          </a>
        )}
      </body>
    </html>
  )
  // Spliced in as text, so that the body is neither rendered twice nor wrapped in an element of ours.
  const end = '</body></html>'
  const html = `<!doctype html>${renderToString(shell).slice(0, -end.length)}${markup}${end}`
  return new Response(html, {
    status: status ?? 200,
    headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
  })
}
