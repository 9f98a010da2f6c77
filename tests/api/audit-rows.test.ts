import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { z } from 'zod'
import { SCHEDULER_ACTOR } from '#lib/runtime/actor.ts'
import type { Browser } from '#tests/witness/browser.ts'
import { INCIDENT } from './fake-telling.ts'
import { closedSound, PASSWORD, type Served, servedToAdmin } from './served-fake.ts'

/*
 * Every write is in the audit: who, from where, what, on what, with which words, why. Which writes there are comes from the
 * routes and functions themselves; each needs a sample here, with every field that it declares.
 */
setDefaultTimeout(600_000)

let served: Served
let admin: Browser
beforeAll(async () => {
  ;({ served, admin } = await servedToAdmin())
})
afterAll(() => closedSound(served))

const ID = 'hq10-7.L1S4DAT1'
const WHY = 'because of the move'
const choices = [{ datasetId: ID, planHash: '0123456789abcdef' }]
const names = { name: 'written', role: 'VIEWER' }
const secrets = { password: PASSWORD, again: PASSWORD }
const until = '2030-01-01T00:00:00Z'

interface Sample {
  /** Fields of the path and of the body; together they have each declared field once. */
  readonly inputs: readonly Readonly<Record<string, unknown>>[]
  readonly action: string
  /** Undefined: differs by input. */
  readonly target: string | null | undefined
  /** Of a form: the page it is on. */
  readonly from?: string
}

const WRITES: Readonly<Record<string, Sample>> = {
  'POST /account/password': {
    from: '/account',
    action: 'passwordChange',
    target: null,
    inputs: [{ current: 'x', ...secrets }],
  },
  'POST /account/revoke-token': {
    from: '/account',
    action: 'tokenRevoke',
    target: 'nothing',
    inputs: [{ id: 'nothing' }],
  },
  'POST /account/sessions': {
    from: '/account',
    action: 'sessionRevoke',
    target: '999',
    inputs: [{ id: '999', others: true }],
  },
  'POST /account/tokens': {
    from: '/account',
    action: 'tokenCreate',
    target: 'written',
    inputs: [{ ...names, days: 5 }],
  },
  'POST /adopt/confirm': {
    from: '/account',
    action: 'adopt',
    target: null,
    inputs: [{ choices: `0123456789abcdef ${ID}` }],
  },
  'POST /api/adopt': { action: 'adopt', target: null, inputs: [{ choices, reason: WHY }] },
  'POST /api/audit/accept': {
    action: 'auditAccept',
    target: null,
    inputs: [{ faults: ['9-9'], heads: ['a'.repeat(64)], reason: WHY }],
  },
  'POST /api/incidents/:id/ack': {
    action: 'ackIncident',
    target: INCIDENT,
    inputs: [
      { id: INCIDENT, seconds: 60, reason: WHY },
      { id: INCIDENT, until },
    ],
  },
  'DELETE /api/incidents/:id/ack': { action: 'unackIncident', target: INCIDENT, inputs: [{ id: INCIDENT }] },
  'POST /api/notifications/test': { action: 'notifyTest', target: null, inputs: [{ channel: 'chat' }] },
  'POST /incidents/:id/ack': {
    from: '/account',
    action: 'ackIncident',
    target: INCIDENT,
    inputs: [{ id: INCIDENT, hours: 4, reason: WHY }],
  },
  'POST /incidents/:id/unack': {
    from: '/account',
    action: 'unackIncident',
    target: INCIDENT,
    inputs: [{ id: INCIDENT }],
  },
  'POST /notifications/test': { from: '/account', action: 'notifyTest', target: null, inputs: [{ channel: 'chat' }] },
  'POST /api/config/reload': { action: 'configReload', target: null, inputs: [{}] },
  'DELETE /api/datasets/:id/ack': { action: 'unack', target: ID, inputs: [{ id: ID }] },
  'POST /api/datasets/:id/ack': {
    action: 'ack',
    target: ID,
    inputs: [
      { id: ID, seconds: 60, reason: WHY },
      { id: ID, until, reason: WHY },
    ],
  },
  'POST /api/datasets/:id/adopt': { action: 'adoptPrimary', target: ID, inputs: [{ id: ID, reason: WHY }] },
  'POST /api/datasets/:id/pause': {
    action: 'pause',
    target: ID,
    inputs: [
      { id: ID, seconds: 60, reason: WHY },
      { id: ID, until, reason: WHY },
    ],
  },
  'POST /api/datasets/:id/resume': { action: 'resume', target: ID, inputs: [{ id: ID }] },
  'POST /api/datasets/:id/run': {
    action: 'repair',
    target: ID,
    inputs: [
      { id: ID, mode: 'REPAIR', planId: 'p-1', reason: WHY },
      { id: ID, mode: 'REPAIR', strategy: 'SET_ASIDE', dryRun: true },
      { id: ID, mode: 'REPAIR', planId: 'p-1', confirm: 'hqs7p1/L1S4DAT1', reason: WHY },
    ],
  },
  'POST /api/datasets/:id/verify': { action: 'verify', target: ID, inputs: [{ id: ID }] },
  'POST /api/discover': { action: 'discover', target: null, inputs: [{ primary: 'hqs10', backup: 'hqs7' }] },
  'POST /api/doctor': { action: 'doctor', target: 'hqs10', inputs: [{ host: 'hqs10', throughput: false }] },
  'POST /api/functions/:name': { action: 'fnRun', target: 'no-such', inputs: [{ name: 'no-such' }] },
  'POST /api/maintenance': {
    action: 'maintain',
    target: null,
    inputs: [
      { kind: 'PAUSE', scope: { hosts: ['hqs7'] }, seconds: 60, reason: WHY },
      { kind: 'ACK', scope: { datasets: [ID] }, from: '2029-01-01 00:00', until: '2029-01-01 06:00', reason: WHY },
    ],
  },
  'DELETE /api/maintenance/:id': { action: 'endMaintenance', target: '7', inputs: [{ id: '7' }] },
  'POST /api/run': {
    action: 'run',
    target: undefined,
    inputs: [
      { pair: 'HQS10 → HQS7', mode: 'CHECK', reason: WHY },
      { datasetIds: [ID], reason: WHY },
    ],
  },
  'POST /api/runs/:id/cancel': { action: 'cancel', target: '1', inputs: [{ id: '1' }] },
  'DELETE /api/sessions/:id': { action: 'sessionRevoke', target: '999', inputs: [{ id: '999' }] },
  'POST /api/tokens': { action: 'tokenCreate', target: 'made', inputs: [{ ...names, name: 'made', days: 5 }] },
  'DELETE /api/tokens/:id': { action: 'tokenRevoke', target: 'nothing', inputs: [{ id: 'nothing' }] },
  'POST /api/users': { action: 'userAdd', target: 'written', inputs: [{ ...names, password: PASSWORD }] },
  'DELETE /api/users/:name': { action: 'userRemove', target: 'nobody', inputs: [{ name: 'nobody' }] },
  'PATCH /api/users/:name': {
    action: 'userChange',
    target: 'viewer',
    inputs: [{ name: 'viewer', role: 'OPERATOR', password: PASSWORD }],
  },
  'POST /datasets/:id/adopt': {
    from: '/account',
    action: 'adoptPrimary',
    target: ID,
    inputs: [{ id: ID, reason: WHY }],
  },
  'POST /datasets/:id/repair': {
    from: '/account',
    action: 'repairInPlace',
    target: ID,
    inputs: [{ id: ID, planId: 'p-1', strategy: 'IN_PLACE', confirm: 'hqs7p1/L1S4DAT1', reason: WHY }],
  },
  'POST /maintenance/plan': {
    from: '/maintenance',
    action: 'maintain',
    target: null,
    inputs: [
      { kind: 'PAUSE', target: 'host hqs7', from: '2029-01-01 00:00', until: '2029-01-01 06:00', reason: WHY },
      { kind: 'ACK', target: 'datasets', datasets: ID },
    ],
  },
  'POST /maintenance/end': { from: '/maintenance', action: 'endMaintenance', target: '7', inputs: [{ id: '7' }] },
  'POST /users/add': {
    from: '/users',
    action: 'userAdd',
    target: 'another',
    inputs: [{ ...names, name: 'another', ...secrets }],
  },
  'POST /users/password': {
    from: '/users',
    action: 'userChange',
    target: 'another',
    inputs: [{ name: 'another', ...secrets }],
  },
  'POST /users/remove': { from: '/users', action: 'userRemove', target: 'nobody', inputs: [{ name: 'nobody' }] },
  'POST /users/role': {
    from: '/users',
    action: 'userChange',
    target: 'another',
    inputs: [{ name: 'another', role: 'OPERATOR' }],
  },
  // The last of all: it ends the session.
  'POST /logout': { from: '/account', action: 'logout', target: null, inputs: [{}] },
}

/** What tells the audit itself, or writes nothing. */
const BY_THEMSELVES = ['POST /api/audit/verify', 'POST /api/datasets/:id/preview', 'POST /login', 'POST /setup']

const FUNCTIONS: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  'back-up': [{}],
  'check-audit': [{}],
  check: [{ pair: 'HQS10 → HQS7' }, { dataset: ID }],
  discover: [{ primary: 'hqs10', backup: 'hqs7' }],
  doctor: [{ host: 'hqs10', throughput: false }],
  'count-objective': [{}],
  'count-uncovered': [{}],
  'prune-history': [{}],
  'reload-config': [{}],
  repair: [{ dataset: ID, planId: 'p-1', reason: WHY }],
  scan: [{ pair: 'HQS10 → HQS7' }, { dataset: ID }],
  verify: [{ dataset: ID }],
}

const isSecret = (schema: z.ZodType | undefined): boolean =>
  schema !== undefined &&
  (z.globalRegistry.get(schema)?.secret === true ||
    ('innerType' in schema.def && isSecret(schema.def.innerType as z.ZodType)))

async function newest() {
  const [row] = (await served.services.store.audit({ limit: 1 })).items
  if (row === undefined) throw new Error('There is no row.')
  return row
}

/** What a row must have of an input: all that is declared and no secret. */
function expectAll(row: Awaited<ReturnType<typeof newest>>, input: Record<string, unknown>, shape: z.ZodRawShape) {
  const { reason, ...fields } = input
  if ('reason' in shape) expect(row.reason).toBe((reason as string | undefined) ?? null)
  for (const [key, value] of Object.entries(fields)) {
    const schema = shape[key] as z.ZodType
    if (isSecret(schema)) expect(row.detail).not.toHaveProperty(key)
    // A form has its fields as text.
    else if (value !== row.target) expect(JSON.stringify(row.detail[key]) ?? key).toContain(core(value))
  }
  expect(JSON.stringify(row)).not.toContain(PASSWORD)
}

function core(value: unknown): string {
  return typeof value === 'string' && / hq10/.test(value) ? ID : JSON.stringify(value).replace(/^\[|\]$/g, '')
}

test('every route that writes has a sample with every field that it declares; the rest is known', () => {
  const writing = served.runtime.tree.routes.filter(({ method }) => method !== 'GET')
  const told = writing.filter(({ definition }) => definition.audit !== false)
  const nameOf = ({ method, path }: (typeof writing)[number]): string => `${method} ${path}`
  expect(told.map(nameOf).sort()).toEqual(Object.keys(WRITES).sort())
  expect(
    writing
      .filter((route) => !told.includes(route))
      .map(nameOf)
      .sort(),
  ).toEqual(BY_THEMSELVES)
  for (const route of told) {
    const sampled = new Set(WRITES[nameOf(route)]?.inputs.flatMap((input) => Object.keys(input)))
    expect([nameOf(route), [...sampled].sort()]).toEqual([
      nameOf(route),
      Object.keys(route.definition.input?.shape ?? {}).sort(),
    ])
  }
  const { functions } = served.runtime.tree
  expect(functions.map(({ name }) => name).sort()).toEqual(Object.keys(FUNCTIONS).sort())
  for (const { name, definition } of functions) {
    const sampled = new Set(FUNCTIONS[name]?.flatMap((input) => Object.keys(input)))
    expect([name, [...sampled].sort()]).toEqual([name, Object.keys(definition.input?.shape ?? {}).sort()])
  }
})

describe('is in the audit with who, from where, what, on what, its input, and why', () => {
  test.each(Object.entries(WRITES))('%s', async (name, { inputs, action, target, from }) => {
    const [method = '', template = ''] = name.split(' ')
    const route = served.runtime.tree.routes.find((one) => `${one.method} ${one.path}` === name)
    for (const input of inputs) {
      const rest: Record<string, unknown> = { ...input }
      const path = template.replace(/:(\w+)/g, (_, key: string) => {
        delete rest[key]
        return encodeURIComponent(String(input[key]))
      })
      const fields = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, String(value)]))
      const body = method === 'DELETE' ? undefined : rest
      const answer = await (from === undefined ? admin.json(method, path, body) : admin.submit(from, path, fields))
      expect(answer.status).not.toBe(500)
      const row = await newest()
      expect(row).toMatchObject({
        actor: { kind: 'session', name: 'admin', role: 'admin', address: '127.0.0.1' },
        requestId: answer.headers.get('x-request-id'),
      })
      const asked =
        typeof route?.definition.audit === 'function' ? (input.confirm ? 'repairInPlace' : row.action) : action
      expect([row.action, row.target]).toEqual([asked, target === undefined ? row.target : target])
      expectAll(row, input, route?.definition.input?.shape ?? {})
    }
  })

  test('a run that was started by it, over the API and from a form', async () => {
    const { items } = await served.services.store.audit({
      target: ID,
      result: ['OK'],
      action: ['repair', 'repairInPlace'],
      limit: 9,
    })
    expect(items.length).toBeGreaterThan(1)
    const started = items.filter(({ detail }) => detail.dryRun !== true)
    for (const { detail } of started) expect(detail.runId).toMatch(/^\d+$/)
  })
})

test('what the schedule deletes is an entry too; whoever asks for it has theirs', async () => {
  const rows = async () => (await served.services.store.audit({ action: ['pruneHistory'], limit: 9 })).items
  await served.runtime.invoke({ name: 'prune-history', trigger: 'schedule', actor: SCHEDULER_ACTOR })
  expect(await rows()).toMatchObject([
    { actor: { kind: 'schedule', name: 'scheduler' }, detail: { runs: expect.any(Number) } },
  ])
  await served.runtime.invoke({ name: 'prune-history', trigger: 'http', actor: SCHEDULER_ACTOR })
  expect(await rows()).toHaveLength(1)
})

describe('a function', () => {
  test.each(Object.entries(FUNCTIONS))('%s, with what it was asked for', async (name, inputs) => {
    const { text } = await served.services.access.tokens.create({
      name: `fn-${name}`,
      role: 'admin',
      createdBy: 'local',
      expiresAt: null,
    })
    const shape = served.runtime.tree.functions.find((one) => one.name === name)?.definition.input?.shape ?? {}
    for (const input of inputs) {
      const answer = await fetch(`${served.url}/api/functions/${name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      })
      const row = await newest()
      expect(row).toMatchObject({ actor: { kind: 'token', name: `fn-${name}` }, action: 'fnRun', target: name })
      expectAll(row, input, shape)
      const started = (await answer.json()).output?.runId
      if (typeof started === 'string') expect(row.detail.runId).toBe(started)
    }
    if (name === 'repair') expect((await newest()).detail).toMatchObject({ dataset: ID, runId: expect.any(String) })
  })

  test('whose input it refuses leaves no words of it, and that it was refused', async () => {
    const { text } = await served.services.access.tokens.create({
      name: 'wrong',
      role: 'admin',
      createdBy: 'local',
      expiresAt: null,
    })
    await fetch(`${served.url}/api/functions/repair`, {
      method: 'POST',
      headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
      body: JSON.stringify({ dataset: 7, reason: 'x'.repeat(10_000) }),
    })
    expect(await newest()).toMatchObject({
      action: 'fnRun',
      target: 'repair',
      result: 'REFUSED',
      code: 'VALIDATION',
      reason: null,
    })
  })
})
