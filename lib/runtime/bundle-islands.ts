import { resolve } from 'node:path'
import type { IslandAsset } from './assets.ts'
import type { LoadedIsland } from './tree.ts'

export interface IslandBundle {
  readonly files: readonly { readonly path: string; readonly body: Uint8Array<ArrayBuffer> }[]
  readonly boot: string
  /** By component. */
  readonly islands: ReadonlyMap<unknown, IslandAsset>
}

const PUBLIC = '/assets/'

/** @throws Error with the bundler's messages, when an island imports something a browser cannot have. */
export async function bundleIslands(bootFile: string, islands: readonly LoadedIsland[]): Promise<IslandBundle> {
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
