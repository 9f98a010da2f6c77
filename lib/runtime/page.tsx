import { type ComponentChildren, type ComponentType, createContext, type VNode } from 'preact'
import { useContext } from 'preact/hooks'
import { renderToString } from 'preact-render-to-string'
import type { Actor } from './actor.ts'
import type { Assets, IslandAsset } from './assets.ts'
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

interface RenderOptions {
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

interface IslandScope {
  /** Looked up by identity: the component a page imports is the very one the loader found. */
  find(component: unknown): IslandAsset | undefined
  /** Collects what the page used, so that it loads no script it does not need. */
  readonly used: Set<IslandAsset>
}

const IslandContext = createContext<IslandScope | null>(null)

/** Props travel as JSON in an attribute; a Date, a bigint or a function in them is an error at the page's own line. */
type Plain<T> = unknown extends T
  ? // Whatever an API schema calls unknown came as JSON.
    T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer U)[]
      ? readonly Plain<U>[]
      : T extends Date | bigint | symbol | ((...args: never[]) => unknown)
        ? never
        : { [K in keyof T]: Plain<T[K]> }

interface IslandProps<P extends object> {
  /** Default export of a file in islands/. */
  readonly of: ComponentType<P>
  readonly with: P & Plain<P>
}

/** Renders the component on the server and has the browser bring it to life. No children: pass data. */
export function Island<P extends object>({ of: Component, with: props }: IslandProps<P>): VNode {
  const scope = useContext(IslandContext)
  if (!scope) throw new Error('<Island> works only inside a page rendered by the runtime.')
  const asset = scope.find(Component)
  if (!asset) {
    const name = Component.displayName ?? (Component.name || 'component')
    throw new Error(`<Island of={${name}}>: must be the default export of a file directly in islands/.`)
  }
  scope.used.add(asset)
  // The element is invisible to the layout by a rule of the runtime's stylesheet: the CSP forbids style attributes.
  return (
    <div data-island={asset.name} data-src={asset.src} data-props={JSON.stringify(props)}>
      <Component {...props} />
    </div>
  )
}

interface ErrorPageProps {
  readonly problem: Problem
  readonly requestId: string
}

/** What a person sees when the product has no error page of its own. */
export function ErrorPage({ problem, requestId }: ErrorPageProps): VNode {
  return (
    <main id="main">
      <h1>{problem.title}</h1>
      <p>{problem.detail}</p>
      <p>
        <code>{problem.code}</code> · request <code>{requestId}</code>
      </p>
      <p>
        <a href="/">Back to the start</a>
      </p>
    </main>
  )
}
