import { accessOf, SCHEDULER_ACTOR } from './actor.ts'
import type { Around } from './around.ts'
import { buildAssets, type StaticAsset } from './assets.ts'
import { type App, createApp } from './http.ts'
import { createInvoker, type InvocationStore, type InvocationSummary, type Invoker } from './invoke.ts'
import { type HandlerFolders, loadTree } from './load.ts'
import { type OpenApiDocument, type OpenApiInfo, openApiDocument, operationsOf } from './openapi.ts'
import type { DocumentOptions } from './page.tsx'
import { createScheduler, type ScheduledFunction, type Scheduler } from './schedule.ts'
import { type Served, serve } from './server.ts'
import type { LoadedFunction, Tree } from './tree.ts'

export interface RuntimeOptions<Services extends object> {
  readonly folders: HandlerFolders
  /**
   * Made once, for all handlers. The runtime hands itself to them: through it a handler runs a function, and a new
   * configuration changes the schedules. Read through, not copied: a getter among them is asked at every use.
   */
  readonly services: (runtime: RuntimeFace) => Services
  /** How the product takes the steps around its handlers. */
  readonly around: Around
  readonly store: InvocationStore
  readonly openapi: OpenApiInfo
  readonly document?: DocumentOptions
  readonly statics?: Readonly<Record<string, StaticAsset>>
  /** The browser's boot script, an absolute path. */
  readonly bootFile: string
}

interface FunctionInfo {
  readonly name: string
  readonly definition: LoadedFunction['definition']
  readonly access: ReturnType<typeof accessOf>
  readonly schedule: ScheduledFunction | null
  readonly running: boolean
  readonly last: InvocationSummary | null
}

interface StartOptions {
  readonly host?: string
  /** Null: no TCP. */
  readonly port: number | null
  readonly unixSocket?: string
  /** False serves without the scheduler. Default true. */
  readonly schedule?: boolean
}

/** The runtime as the services see it. None of it may be used before the runtime is there. */
export interface RuntimeFace {
  readonly scheduler: Scheduler
  readonly invoke: Invoker['invoke']
  openapi(): OpenApiDocument
  functions(): readonly FunctionInfo[]
}

export interface Runtime<Services extends object = object> extends RuntimeFace {
  readonly tree: Tree
  readonly services: Services
  readonly app: App
  readonly running: Invoker['running']
  /** Listens and starts the scheduler; whatever fails is stopped again. */
  start(options: StartOptions): Promise<Served>
  /** Scheduler first, then requests and functions together, at most `graceMs`; names functions that did not end. */
  stop(graceMs: number): Promise<readonly string[]>
}

/** @throws LoadError with every fault of every handler file */
export async function createRuntime<Services extends object>(
  options: RuntimeOptions<Services>,
): Promise<Runtime<Services>> {
  const { store, around, document = {} } = options
  // The one ring in here: handlers ask the runtime, and the runtime runs handlers. None of them runs before all of it is there.
  const face: RuntimeFace = {
    get scheduler() {
      return scheduler
    },
    invoke: (request) => invoker.invoke(request),
    openapi: () => openapi(),
    functions: () => functions(),
  }
  const services = options.services(face)
  const tree = await loadTree(options.folders, services)
  const { bootFile, statics } = options
  const assets = await buildAssets({ islands: tree.islands, bootFile, statics })
  const stopping = new AbortController()
  const app = createApp({ tree, services, around, assets, document, stopping: stopping.signal })
  const invoker = createInvoker({ functions: tree.functions, services, store, around })
  const scheduler = createScheduler({
    functions: tree.functions,
    services,
    tick: (name) => invoker.invoke({ name, trigger: 'schedule', actor: SCHEDULER_ACTOR }),
    onError: (error, name) => around.onError?.(error, { function: name, trigger: 'schedule' }),
  })
  let served: Served | null = null
  let document31: OpenApiDocument | null = null
  const openapi = (): OpenApiDocument => {
    document31 ??= openApiDocument(tree.routes, options.openapi)
    return document31
  }
  const functions = (): readonly FunctionInfo[] =>
    tree.functions.map(({ name, definition }) => ({
      name,
      definition,
      access: accessOf(definition, 'POST'),
      schedule: scheduler.get(name),
      running: invoker.running().some((entry) => entry.functionName === name),
      last: invoker.last(name) ?? null,
    }))
  // A fault of the tree is found at the start, not by the document's first reader. (Making it takes 50 ms and 12 MB.)
  operationsOf(tree.routes)

  async function stop(graceMs: number): Promise<readonly string[]> {
    scheduler.stop()
    const [late] = await Promise.all([invoker.stop(graceMs), served?.stop(graceMs)])
    stopping.abort()
    return late
  }

  return {
    tree,
    services,
    app,
    scheduler,
    invoke: invoker.invoke,
    running: invoker.running,
    openapi,
    functions,
    start: async ({ schedule = true, ...address }) => {
      await invoker.restore()
      served = await serve({ app, ...address, abortStreams: () => stopping.abort() })
      try {
        if (schedule) scheduler.start()
      } catch (error) {
        await served.stop(0)
        throw error
      }
      return served
    },
    stop,
  }
}
