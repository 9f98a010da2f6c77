import { resolve } from 'node:path'
import { etagOf } from './reply.ts'
import type { LoadedIsland } from './tree.ts'

export interface StaticAsset {
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly type: string
}

interface ServedAsset extends StaticAsset {
  readonly etag: string
  /** True when the name holds the content's hash. */
  readonly immutable: boolean
}

export interface IslandAsset {
  readonly name: string
  /** URL of the island's module. */
  readonly src: string
  /** URLs of the modules it imports, for preloading. */
  readonly imports: readonly string[]
}

export interface Assets {
  /** All paths that are served. */
  readonly paths: readonly string[]
  find(path: string): ServedAsset | undefined
  /** Hashed URL of a static asset; throws for a name that was not given. */
  url(path: string): string
  island(component: unknown): IslandAsset | undefined
  readonly boot: string
  readonly islandStylesheet: string
}

interface AssetOptions {
  readonly islands: readonly LoadedIsland[]
  /** The browser's boot script, an absolute file. */
  readonly bootFile: string
  /** By public path. Those under /assets/ get a second, hashed name, which `url` gives. */
  readonly statics?: Readonly<Record<string, StaticAsset>>
}

const ISLAND_CSS = '/assets/island.css'

/** Bundles the islands in memory (some 10 ms) and hashes the static files; nothing is written to disk. */
export async function buildAssets({ islands, bootFile, statics = {} }: AssetOptions): Promise<Assets> {
  const served = new Map<string, ServedAsset>()
  const urls = new Map<string, string>()
  const given = { ...statics, [ISLAND_CSS]: { body: '[data-island]{display:contents}', type: 'text/css' } }
  for (const [path, asset] of Object.entries(given)) {
    if (!path.startsWith('/'))
      throw new Error(`Static asset "${path}": a path begins with /, for example /assets/app.css`)
    const etag = etagOf(asset.body)
    served.set(path, { ...asset, etag, immutable: false })
    const hashed = path.startsWith('/assets/') ? hashedPath(path, etag) : path
    if (hashed !== path) served.set(hashed, { ...asset, etag, immutable: true })
    urls.set(path, hashed)
  }

  const bundle = await bundleIslands(bootFile, islands)
  for (const { path, body } of bundle.files) {
    served.set(path, { body, type: 'text/javascript; charset=utf-8', etag: etagOf(body), immutable: true })
  }

  return {
    paths: [...served.keys()],
    find: (path) => served.get(path),
    url: (path) => {
      const url = urls.get(path)
      if (url === undefined)
        throw new Error(`There is no static asset "${path}"; known: ${[...urls.keys()].join(', ')}`)
      return url
    },
    island: (component) => bundle.islands.get(component),
    boot: bundle.boot,
    islandStylesheet: urls.get(ISLAND_CSS) ?? ISLAND_CSS,
  }
}

/** `/assets/app.css` → `/assets/app-3f2a9c1b.css` */
function hashedPath(path: string, etag: string): string {
  const hash = etag.slice(1, 9)
  const dot = path.lastIndexOf('.')
  return dot > path.lastIndexOf('/') ? `${path.slice(0, dot)}-${hash}${path.slice(dot)}` : `${path}-${hash}`
}

interface IslandBundle {
  readonly files: readonly { readonly path: string; readonly body: Uint8Array<ArrayBuffer> }[]
  readonly boot: string
  /** By component. */
  readonly islands: ReadonlyMap<unknown, IslandAsset>
}

const PUBLIC = '/assets/'

/** @throws Error with the bundler's messages, when an island imports something a browser cannot have. */
async function bundleIslands(bootFile: string, islands: readonly LoadedIsland[]): Promise<IslandBundle> {
  const build = await Bun.build({
    entrypoints: [bootFile, ...islands.map((island) => island.source)],
    target: 'browser',
    splitting: true,
    minify: true,
    metafile: true,
    naming: { entry: '[name]-[hash].[ext]', chunk: 'chunk-[hash].[ext]', asset: '[name]-[hash].[ext]' },
    publicPath: PUBLIC,
    define: { 'process.env.NODE_ENV': '"production"' },
    throw: false,
  })
  const outputs = build.metafile?.outputs
  if (!build.success || !outputs) {
    throw new Error(`The islands cannot be bundled:\n${build.logs.map((log) => `  - ${log.message}`).join('\n')}`)
  }
  const publicPath = (output: string): string => PUBLIC + output.replace(/^\.\//, '')
  const entry = (source: string): IslandAsset => {
    const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint && resolve(entryPoint) === source)
    if (!found) throw new Error(`The bundler made no file for ${source}.`)
    return { name: '', src: publicPath(found[0]), imports: staticImports(found[0], outputs).map(publicPath) }
  }
  return {
    files: await Promise.all(
      build.outputs.map(async (output) => ({
        path: publicPath(output.path),
        body: new Uint8Array(await output.arrayBuffer()),
      })),
    ),
    boot: entry(bootFile).src,
    islands: new Map(
      islands.map((island) => [island.component, { ...entry(island.source), name: island.name }] as const),
    ),
  }
}

type Outputs = Readonly<
  Record<string, { readonly imports: readonly { readonly path: string; readonly kind: string }[] }>
>

/** Everything the browser will need at once; what is imported later (`import()`) is not preloaded. */
function staticImports(output: string, outputs: Outputs, seen: Set<string> = new Set()): readonly string[] {
  for (const { path, kind } of outputs[output]?.imports ?? []) {
    if (kind !== 'import-statement' || seen.has(path)) continue
    seen.add(path)
    staticImports(path, outputs, seen)
  }
  return [...seen]
}
