import { beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { accessOf, mayAccess } from '#lib/runtime/actor.ts'
import { type Fake, fakeServices } from './fake-services.ts'

setDefaultTimeout(600_000)

/*
 * Whatever has a SAN asked needs an operator. Every route, page and function there is is asked for by a viewer and by an
 * admin, with names that are there and datasets that were never read, and whoever reaches for a SAN is written down.
 */
const REACHES: Readonly<Record<'engine' | 'inspection', readonly string[]>> = {
  engine: ['inventory', 'inventories', 'freshInventories', 'preview', 'scan', 'repair', 'adopt', 'adoptPrimary'],
  inspection: ['doctor', 'discover', 'verify', 'countUncovered'],
}
/** What is left of the two; a new method has to be put on one of the lists. */
const HARMLESS: Readonly<Record<'engine' | 'inspection', readonly string[]>> = {
  engine: [
    ...['start', 'stop', 'configChanged', 'datasets', 'dataset', 'hosts', 'seen', 'decisions', 'cancel', 'run'],
    ...['actions', 'activeRuns', 'pause', 'resume', 'ack', 'unack', 'lastScan'],
    // Ending one has what it was for looked at again: an operator's word, and never a viewer's.
    ...['maintenances', 'pastMaintenances', 'maintain', 'endMaintenance', 'schedulerPause', 'keepTime'],
    // Of the fake.
    ...['calls', 'refuse', 'views', 'kept', 'known'],
  ],
  inspection: ['verification', 'firstSteps', 'hostFacts'],
}
/** A pruner asks with a viewer's token, one look at a time: docs/decisions/who-may-look.md. */
const VIEWERS_TOO = new Set(['GET /api/can-destroy', 'GET /api/datasets/:id/can-destroy'])

const QUERY: Readonly<Record<string, string>> = {
  '/api/can-destroy': '?snapshot=hqs10p1/L1S4DAT1@s1',
  '/api/datasets/:id/can-destroy': '?snapshot=s1',
  '/api/set-asides/script': '?host=hqs7',
  '/api/anchors/script': '?host=hqs10',
}

interface Place {
  readonly method: string
  readonly path: string
}

let fake: Fake
let reached: string[] = []
beforeEach(async () => {
  fake = await fakeServices()
  fake.engine.known.clear()
  for (const room of ['engine', 'inspection'] as const) {
    const object = fake.services[room] as unknown as Record<string, unknown>
    for (const name of REACHES[room]) {
      const before = object[name] as (...given: unknown[]) => unknown
      object[name] = (...given: unknown[]) => {
        reached.push(`${room}.${name}`)
        return before.apply(object, given)
      }
    }
  }
})

function places(): readonly Place[] {
  const { routes, pages } = fake.runtime.tree
  return [
    ...routes.map(({ method, path }) => ({ method, path })),
    ...pages.map(({ path }) => ({ method: 'GET', path })),
  ]
}

/** Who of the places reaches for a SAN, as this caller. */
async function reaching(send: Fake['admin']): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const { method, path } of places()) {
    if (path === '/api/events') continue
    reached = []
    const id = path.startsWith('/api/runs') || path.startsWith('/runs') ? '7' : 'hq10-7.L1S4DAT1'
    const address = path.replace(':id', id).replace(':name', 'scan') + (QUERY[path] ?? '')
    const answer = await send(method, address, ['GET', 'DELETE'].includes(method) ? undefined : {})
    await answer.body?.cancel()
    if (reached.length > 0) found.set(`${method} ${path}`, reached.join(' '))
  }
  return found
}

test('every method of what handlers have is on one of the lists', () => {
  for (const room of ['engine', 'inspection'] as const)
    expect(Object.keys(fake.services[room]).sort()).toEqual([...REACHES[room], ...HARMLESS[room]].sort())
})

test('a viewer has no SAN asked, by whatever address; an operator by some of the same', async () => {
  const byAdmin = await reaching(fake.admin)
  // Else nothing would be proved by what a viewer does not reach.
  for (const place of [
    'GET /api/datasets/:id/snapshots',
    'GET /api/datasets/:id/explain',
    'GET /datasets/:id',
    'GET /datasets/:id/repair',
    'GET /set-asides',
    'GET /api/set-asides',
    'GET /api/set-asides/script',
    'GET /api/anchors',
    'GET /api/anchors/script',
    'POST /api/datasets/:id/preview',
    'POST /api/run',
    'POST /api/doctor',
    ...VIEWERS_TOO,
  ])
    expect([...byAdmin.keys()]).toContain(place)

  const { config } = fake.world
  fake.world.config = { ...config, auth: { ...config.auth, mode: 'none', noneRole: 'viewer' } }
  const byViewer = await reaching(fake.remote)
  expect([...byViewer.keys()].sort()).toEqual([...VIEWERS_TOO].sort())
})

test('every function needs an operator', () => {
  const open = fake.runtime.tree.functions.filter(({ definition }) => mayAccess('viewer', accessOf(definition, 'POST')))
  expect(open.map(({ name }) => name)).toEqual([])
})

test('a viewer who opens the repair is told who can', async () => {
  const { config } = fake.world
  fake.world.config = { ...config, auth: { ...config.auth, mode: 'none', noneRole: 'viewer' } }
  const answer = await fake.remote('GET', '/datasets/hq10-7.L1S4DAT1/repair')
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('Ask an operator to do it, or an admin for the role.')
})
