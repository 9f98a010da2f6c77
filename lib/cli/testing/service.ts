import { Hono } from 'hono'
import type { MaintenanceView, RunDetailView } from '../answers.ts'
import { detail, ended, healthy, ID, preview, run, snapshot, status, summary } from './answers.ts'

export interface FakeService {
  fetch(request: Request): Promise<Response>
  /** Method and path with query of every request. */
  readonly calls: string[]
  /** Bodies of POST requests, by path. */
  readonly bodies: Map<string, unknown>
}

/** By a person, for one dataset. */
const SAID = {
  by: 'local',
  at: '2026-11-22T14:00:00Z',
  until: null,
  reason: null,
  origin: 'PERSON' as const,
  maintenance: null,
}

export const PAUSE_OF_SAN: MaintenanceView = {
  id: '7',
  kind: 'PAUSE',
  state: 'IN_FORCE',
  scope: { kind: 'HOSTS', names: ['hqs7'] },
  about: 'SAN hqs7',
  datasets: 12,
  from: '2026-11-22T14:00:00Z',
  until: '2026-11-23T05:00:00Z',
  by: 'anna',
  reason: 'disk swap',
  madeAt: '2026-11-22T14:00:00Z',
  endedAt: null,
  endedBy: null,
}

const CHOSEN: MaintenanceView = {
  ...PAUSE_OF_SAN,
  id: '8',
  kind: 'ACK',
  state: 'PLANNED',
  scope: { kind: 'DATASETS', names: ['x', 'y'] },
  about: '2 chosen datasets',
  datasets: 2,
  until: null,
  reason: null,
}

type Answer = { readonly status: number; readonly body: unknown }

export interface FakeServiceOptions {
  /** Answers that replace the usual ones, by `METHOD /path`. */
  readonly answers?: Readonly<Record<string, Answer | (() => Answer)>>
  /** What each request for run 1843 sees; the last one stays. */
  readonly runs?: readonly RunDetailView[]
}

export function problem(statusCode: number, code: string, detailText: string, extra: object = {}): Answer {
  return {
    status: statusCode,
    body: { code, title: code, status: statusCode, detail: detailText, requestId: 'r1', ...extra },
  }
}

/** The API in memory, as far as commands use it. */
export function fakeService({ answers = {}, runs = [ended] }: FakeServiceOptions = {}): FakeService {
  const calls: string[] = []
  const bodies = new Map<string, unknown>()
  let looks = 0
  let cancelled = false
  const app = new Hono()
  app.use(async (c, next) => {
    const url = new URL(c.req.url)
    calls.push(`${c.req.method} ${url.pathname}${url.search}`)
    if (c.req.method === 'POST') bodies.set(url.pathname, await c.req.json())
    const own = answers[`${c.req.method} ${decodeURIComponent(url.pathname)}`]
    if (own === undefined) return next()
    const { status: code, body } = typeof own === 'function' ? own() : own
    const type = code >= 400 ? 'application/problem+json' : 'application/json'
    return new Response(JSON.stringify(body), { status: code, headers: { 'Content-Type': type } })
  })
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/api/status', (c) => c.json({ ...status, activeRuns: [] }))
  app.get('/api/datasets', (c) => {
    // Two pages, so that a command that reads only the first one is found out.
    const last = c.req.query('cursor') === 'second'
    return c.json({
      items: [last ? healthy : summary],
      total: 2,
      nextCursor: last ? null : 'second',
      asOf: '2026-11-22T14:00:00Z',
    })
  })
  app.get('/api/datasets/:id', (c) => c.json(detail))
  app.get('/api/datasets/:id/snapshots', (c) =>
    c.json({
      items: [
        snapshot(5, 'PRIMARY'),
        snapshot(4, 'PRIMARY'),
        snapshot(3, 'BOTH'),
        snapshot(2, 'BOTH'),
        snapshot(1, 'BOTH'),
      ],
      total: 5,
      nextCursor: null,
      primary: { ...summary.pair.primary, state: 'PRESENT', snapshots: 5, detail: null },
      backup: { ...summary.pair.backup, state: 'PRESENT', snapshots: 3, detail: null },
      asOf: '2026-11-22T13:48:00Z',
    }),
  )
  app.post('/api/datasets/:id/preview', (c) => c.json(preview))
  app.post('/api/datasets/:id/run', (c) => c.json(run, 202))
  app.post('/api/datasets/:id/pause', (c) => c.json({ ...summary, paused: { ...SAID, until: '2026-11-22T18:00:00Z' } }))
  app.post('/api/datasets/:id/resume', (c) => c.json(summary))
  app.post('/api/datasets/:id/ack', (c) => c.json({ ...summary, ack: SAID }))
  app.delete('/api/datasets/:id/ack', (c) => c.json(summary))
  app.get('/api/maintenance', (c) => c.json({ items: [PAUSE_OF_SAN, CHOSEN] }))
  app.post('/api/maintenance', (c) => c.json(PAUSE_OF_SAN, 201))
  app.delete('/api/maintenance/:id', (c) =>
    c.json({ ...PAUSE_OF_SAN, id: c.req.param('id'), state: 'OVER', endedBy: 'local', endedAt: SAID.at }),
  )
  app.post('/api/run', (c) => c.json({ ...run, kind: 'SCAN', datasetId: null, scope: { kind: 'all' } }, 202))
  app.get('/api/runs', (c) => c.json({ items: [run, ended], nextCursor: null }))
  app.get('/api/runs/1843', (c) => {
    const seen = runs[Math.min(looks, runs.length - 1)]
    looks += 1
    return c.json(cancelled ? { ...ended, state: 'CANCELLED', result: 'CANCELLED' } : seen)
  })
  app.post('/api/runs/1843/cancel', (c) => {
    cancelled = true
    return c.json(run, 202)
  })
  app.get('/api/logs', (c) => {
    const record = (id: number, message: string) => ({
      id: String(id),
      at: `2026-11-22T13:00:0${id}.000Z`,
      level: 'WARN',
      component: 'engine',
      message,
      runId: '1843',
      datasetId: ID,
      host: null,
      requestId: null,
      fields: {},
    })
    const after = Number(c.req.query('after') ?? 0)
    const items = after === 0 ? [record(2, 'second'), record(1, 'first')] : after === 2 ? [record(3, 'third')] : []
    return c.json({ items, nextCursor: null })
  })
  app.get('/api/functions', (c) =>
    c.json({
      items: [
        {
          name: 'check-lag',
          summary: 'Measure.',
          schedule: '*/5 * * * *',
          timezone: 'UTC',
          nextAt: '2026-11-22T14:05:00Z',
          previousAt: null,
          running: false,
          access: 'operator',
          input: {
            type: 'object',
            properties: { limit: { type: 'integer' }, tag: { type: 'array', items: { type: 'string' } } },
          },
          links: { self: '/api/functions/check-lag' },
        },
      ],
    }),
  )
  app.post('/api/functions/check-lag', (c) => c.json({ name: 'check-lag', output: { checked: 3 } }))
  app.get('/api/config', (c) =>
    c.json({
      file: '/config/app-config.yaml',
      firstStart: false,
      loadedAt: '2026-11-22T12:00:00Z',
      sha256: 'a',
      inSync: false,
      sha256OnDisk: 'b',
      error: null,
      faults: [],
      warnings: [],
      effective: { values: [{ path: 'scheduler.interval_minutes', value: 30, origin: 'file line 40' }] },
    }),
  )
  app.post('/api/config/reload', (c) =>
    c.json({ changed: true, diff: { added: ['new.DAT1'], removed: [], changes: [] }, warnings: [], tokens: [] }),
  )
  app.get('/api/version', (c) =>
    c.json({
      version: '9.9.9',
      commit: null,
      apiVersion: '1',
      bun: '1.4.5',
      bootId: 'b',
      startedAt: '2026-11-22T12:00:00Z',
      demo: true,
    }),
  )
  app.get('/api/openapi.json', (c) => c.json({ openapi: '3.1.0' }))
  app.notFound((c) =>
    c.json({ code: 'NO_SUCH_RUN', title: 'x', status: 404, detail: `Nothing at ${c.req.path}.` }, 404, {
      'Content-Type': 'application/problem+json',
    }),
  )
  return { fetch: async (request) => app.fetch(request), calls, bodies }
}
