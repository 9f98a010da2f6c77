import { fileURLToPath } from 'node:url'
import type { Config } from '#config/effective.ts'
import { openApiInfo } from '#lib/api/about.ts'
import { bootFile, pageDocument, pageStatics } from '#lib/app/page-shell.ts'
import { createAccess } from '#lib/auth/access.ts'
import type { Store } from '#lib/db/types.ts'
import { createEventHub } from '#lib/events/hub.ts'
import { Counters } from '#lib/metrics/counters.ts'
import { createMetrics } from '#lib/metrics/metrics.ts'
import { memoryStore } from '#lib/runtime/invoke.ts'
import { createRuntime, type Runtime, type RuntimeFace } from '#lib/runtime/runtime.ts'
import type { ReloadResult, RuntimeView, Services } from '#lib/services.ts'
import { fakeBackups } from './fake-backups.ts'
import { fakeConfig, NOW } from './fake-config.ts'
import { type FakeEngine, fakeEngine } from './fake-engine.ts'
import { fakeInspection } from './fake-inspection.ts'
import { type FakeStore, fakeStore, memoryAccessStore } from './fake-store.ts'
import { fakeTelling } from './fake-telling.ts'

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
export const FOLDERS = { functions: root('functions'), routes: root('routes'), islands: root('islands') }

export interface Fake {
  readonly runtime: Runtime
  readonly services: Services
  readonly engine: FakeEngine
  readonly store: FakeStore
  /** Changed by a test, read at the moment of use. */
  readonly world: {
    config: Config
    failed: readonly string[]
    reload: ReloadResult
    errors: unknown[]
    /** Milliseconds that the clock was moved on. */
    ahead: number
    /** Warnings of whoever lets people in. */
    readonly said: string[]
  }
  /** As the owner of the socket (admin). */
  admin(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  /** From another machine. */
  remote(method: string, path: string, body?: unknown): Promise<Response>
}

/** The real framework and the real handlers over services that answer from memory. */
export async function fakeServices(): Promise<Fake> {
  const engine = fakeEngine()
  const store = fakeStore()
  const world: Fake['world'] = {
    config: fakeConfig(),
    failed: [],
    reload: { ok: true, changed: true, difference: { added: ['a'] }, warnings: [] },
    errors: [],
    ahead: 0,
    said: [],
  }
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const accessStore = await memoryAccessStore()
  const now = (): number => NOW + world.ahead
  const access = createAccess({
    store: accessStore,
    config: () => world.config,
    now,
    log: { ...silent, warn: (line: string) => void world.said.push(line) },
  })
  const events = createEventHub({ bootId: 'boot' })
  const about = {
    version: '0.1.0',
    commit: 'abc123',
    bun: '1.4.5',
    bootId: 'boot',
    startedAt: NOW - 86_400_000,
    demo: true,
  }
  const metrics = createMetrics({
    counters: new Counters(),
    config: () => world.config,
    configuration: { missing: false, lastReloadWorked: true, state: async () => ({ inSync: true }) },
    engine,
    events,
    store,
    about,
    lastTickAt: () => NOW - 60_000,
    sources: {},
    now,
  })
  const services = (runtime: RuntimeFace): Services => ({
    get config() {
      return world.config
    },
    engine,
    // A handler that asks for more than the fake has fails loudly: undefined is not a function.
    store: { ...accessStore, ...store } as FakeStore & Store,
    events,
    access,
    logger: silent,
    configuration: {
      missing: false,
      lastReloadWorked: true,
      state: async () => ({
        found: true,
        inSync: true,
        sha256OnDisk: world.config.source.sha256,
        error: null,
        faults: [],
      }),
      reload: async () => world.reload,
      check: async () => world.reload,
      text: async () => 'pairs: []\n',
      show: async () => ({ pairs: [], auth: { password: '••••' } }),
      schema: () => ({ type: 'object' }),
    },
    inspection: fakeInspection(),
    backups: fakeBackups(),
    telling: fakeTelling(),
    warnings: async () => [],
    runtime: viewOf(runtime, world),
    metrics,
    about,
    now,
  })
  const runtime = await createRuntime({
    folders: FOLDERS,
    services,
    store: memoryStore(),
    openapi: openApiInfo('0.1.0'),
    statics: pageStatics,
    bootFile,
    document: pageDocument(true),
    around: { identify: access.identify, ...access.hooks, onError: (error) => world.errors.push(error) },
  })
  const { app } = runtime
  return {
    runtime,
    services: runtime.services,
    engine,
    store,
    world,
    admin: async (method, path, body, headers = {}) => app.request(path, init(method, body, headers)),
    remote: async (method, path, body) => {
      const request = new Request(`http://192.168.1.5:8080${path}`, init(method, body, { host: '192.168.1.5:8080' }))
      const server = { requestIP: () => ({ address: '10.0.0.9' }), timeout: () => {} }
      return app.fetch(request, { server, socket: 'tcp' })
    },
  }
}

function init(method: string, body: unknown, headers: Record<string, string>): RequestInit {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return {
    method,
    headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: text,
  }
}

function viewOf(runtime: RuntimeFace, world: Fake['world']): RuntimeView {
  return {
    functions: () =>
      runtime.functions().map(({ name, definition, access, running }) => ({
        name,
        summary: definition.summary,
        schedule: null,
        timezone: null,
        nextAt: NOW + 60_000,
        previousAt: null,
        running,
        access,
        input: { type: 'object' },
      })),
    invoke: async (name, input, { trigger, actor, requestId }) => {
      const outcome = await runtime.invoke({ name, input, trigger, actor: actor as never, requestId })
      if (outcome.problem) throw outcome.problem
      return outcome.output
    },
    openapi: () => runtime.openapi(),
    ready: async () => world.failed,
    nextScanAt: () => NOW + 60_000,
  }
}
