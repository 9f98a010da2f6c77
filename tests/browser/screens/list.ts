import type { Page } from 'playwright-core'
import { type Service, until } from './service.ts'
import { FORCED, ON_PAPER, type Variant } from './sheet.ts'

export interface Screen {
  /** Of the file, without its ending. */
  readonly name: string
  readonly path: string | ((service: Service) => Promise<string>)
  /** Signed in or not; default: as the admin. */
  readonly as?: 'nobody'
  /** Only wide and light, narrow and dark, and only the top: one state of a screen that is shown in full elsewhere. */
  readonly brief?: true
  /** Default: four, or two of a brief one. */
  readonly variants?: readonly Variant[]
  /** Higher than this is shown, CSS pixels. */
  readonly top?: number
  /** Selector of what is scrolled to. */
  readonly show?: string
  /** Before the picture is taken. */
  readonly before?: (page: Page) => Promise<void>
  /** Before the first of its pictures, once. */
  readonly prepare?: (service: Service) => Promise<void>
}

const BROKEN = 'hqs8-hqs1.HQS8ARC1'
/** The demo destroys its history after the first scan. */
const LOST = 'hqs10-hqs7.HQS10LOST1'
const DIVERGED = 'hqs8-hqs1.HQS8VMS1'
/** The demo repairs it from its start on, slowly enough to watch. */
const SLOW = 'hqs8-hqs1.HQS8DAT5'
const PAUSED = 'hqs8-hqs1.HQS8DAT7'
const KNOWN = 'hqs8-hqs1.HQS8DAT3'

const runWhere =
  (fits: (run: any) => boolean) =>
  async ({ ask }: Service): Promise<string> => {
    let found: any
    await until(async () => {
      const { items } = await ask('GET', '/api/runs?limit=100')
      found = items.find(fits)
      return found !== undefined
    })
    return `/runs/${found.id}`
  }

const awaiting =
  (text: string | RegExp) =>
  (page: Page): Promise<void> =>
    page.getByText(text).first().waitFor({ timeout: 60_000 })

const setupLink = async ({ said }: Service): Promise<string> => /\/setup\?token=\S+/.exec(said())?.[0] ?? '/setup'

/** Told of is what two checks have seen; the demo checks every minute. */
const manyOpen = ({ ask }: Service): Promise<void> =>
  until(async () => (await ask('GET', '/api/incidents?open=true')).items.length >= 8)

const openIncident = async ({ ask }: Service): Promise<string> => {
  const { items } = await ask('GET', '/api/incidents?open=true')
  return `/incidents/${items.find(({ code }: any) => code === 'PRIMARY_LOST_HISTORY').id}`
}

/** In this order: what runs in the demo from its start comes first, what changes the demo comes last. */
export const OF_THE_DEMO: readonly Screen[] = [
  { name: 'run-running', path: runWhere(({ state, datasetId }) => state === 'RUNNING' && datasetId === SLOW) },
  { name: 'dashboard', path: '/' },
  { name: 'dataset-healthy', path: '/datasets/hqs8-hqs1.HQS8DAT1' },
  { name: 'dataset-broken', path: `/datasets/${BROKEN}` },
  { name: 'history', path: '/history' },
  {
    name: 'report',
    path: '/report',
    prepare: async ({ ask }) => void (await ask('POST', '/api/functions/count-uncovered')),
  },
  { name: 'dataset-in-doubt', path: `/datasets/${LOST}`, before: awaiting('Read and decide') },
  { name: 'adopt-primary', path: `/datasets/${LOST}/adopt` },
  { name: 'dataset-paused', brief: true, path: `/datasets/${PAUSED}` },
  { name: 'repair-set-aside', path: `/datasets/${DIVERGED}/repair` },
  { name: 'repair-in-place', path: `/datasets/${DIVERGED}/repair?strategy=IN_PLACE` },
  { name: 'print-dashboard', path: '/', variants: ON_PAPER, top: 1900 },
  { name: 'print-dataset', path: `/datasets/${BROKEN}`, variants: ON_PAPER, top: 1900 },
  { name: 'print-report', path: '/report', variants: ON_PAPER },
  { name: 'print-repair', path: `/datasets/${DIVERGED}/repair`, variants: ON_PAPER },
  {
    name: 'print-run',
    path: runWhere(({ state, kind }) => state === 'FAILED' && kind === 'REPAIR'),
    variants: ON_PAPER,
  },
  { name: 'forced-dashboard', path: '/', variants: FORCED },
  { name: 'forced-dataset', path: `/datasets/${BROKEN}`, variants: FORCED },
  { name: 'forced-repair', path: `/datasets/${DIVERGED}/repair?strategy=IN_PLACE`, variants: FORCED },
  {
    name: 'forced-run',
    path: runWhere(({ state, kind }) => state === 'FAILED' && kind === 'REPAIR'),
    variants: FORCED,
  },
  { name: 'repair-nothing-to-do', brief: true, path: '/datasets/hqs8-hqs1.HQS8DAT1/repair' },
  { name: 'repair-paused', brief: true, path: `/datasets/${PAUSED}/repair` },
  { name: 'repair-refused', brief: true, path: '/datasets/hqs8-hqs2.HQS8DAT8/repair' },
  { name: 'runs', path: '/runs' },
  { name: 'run-ended', path: runWhere(({ state, kind }) => state === 'FAILED' && kind === 'REPAIR') },
  { name: 'logs', path: '/logs' },
  { name: 'logs-none-match', brief: true, path: '/logs?q=no-such-word' },
  { name: 'runs-none-match', brief: true, path: '/runs?dataset=nobody' },
  { name: 'config-effective', path: '/config' },
  { name: 'config-file', path: '/config?tab=file' },
  { name: 'config-hosts', path: '/config?tab=hosts' },
  { name: 'config-about', path: '/config?tab=about' },
  { name: 'functions', path: '/functions' },
  { name: 'function', path: '/functions/scan' },
  { name: 'api-docs', path: '/docs/api' },
  { name: 'reasons', path: '/docs/reasons' },
  { name: 'problems', path: '/docs/problems' },
  { name: 'login', path: '/login', as: 'nobody' },
  {
    name: 'login-wrong',
    brief: true,
    path: '/login',
    as: 'nobody',
    before: async (page) => {
      await page.getByLabel('Name').fill('operator')
      await page.getByLabel('Password').fill('not this one')
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  { name: 'account', path: '/account' },
  {
    name: 'users',
    path: '/users',
    prepare: async ({ ask }) =>
      void (await ask('POST', '/api/users', { name: 'bea', role: 'OPERATOR', password: 'three words long' })),
  },
  { name: 'users-change', brief: true, path: '/users?user=bea' },
  {
    name: 'users-refused',
    brief: true,
    path: '/users',
    before: async (page) => {
      const form = page.locator('form[action="/users/add"]')
      await form.getByLabel('Name').fill('bea')
      for (const name of ['password', 'again']) await form.locator(`[name=${name}]`).fill('three words long')
      await form.getByRole('button').click()
      await page.locator('.fault').waitFor()
    },
    show: 'form[action="/users/add"]',
  },
  { name: 'not-found', brief: true, path: '/no/such/page' },
  {
    name: 'dataset-acknowledged',
    brief: true,
    path: `/datasets/${KNOWN}`,
    prepare: async ({ ask }) =>
      void (await ask('POST', `/api/datasets/${KNOWN}/ack`, { seconds: 86_400, reason: 'known since Friday' })),
  },
  {
    name: 'dashboard-paused-acknowledged',
    brief: true,
    path: '/?q=HQS8DAT&status=WARNING',
    show: '#all',
  },
  {
    name: 'set-asides',
    path: '/set-asides',
    prepare: async ({ ask }) => {
      const { id } = await ask('POST', `/api/datasets/${DIVERGED}/run`, { mode: 'REPAIR', reason: 'seen, to be kept' })
      await until(async () => (await ask('GET', `/api/runs/${id}`)).finishedAt !== null)
    },
  },
  { name: 'audit', path: '/audit' },
  { name: 'incidents', path: '/incidents', prepare: manyOpen },
  { name: 'incident', path: openIncident },
  { name: 'empty-notifications', brief: true, path: '/notifications' },
  { name: 'first-steps', path: '/first-steps' },
]

/** Of a service that nobody has set up yet, in this order: the first link makes the admin. */
export const OF_THE_FIRST_START: readonly Screen[] = [
  { name: 'setup-without-link', path: '/setup', as: 'nobody' },
  {
    name: 'setup',
    as: 'nobody',
    path: setupLink,
  },
  {
    name: 'setup-refused',
    brief: true,
    as: 'nobody',
    path: setupLink,
    before: async (page) => {
      await page.getByLabel('Name').fill('anna')
      for (const name of ['password', 'again']) await page.locator(`[name=${name}]`).fill('short')
      await page.getByRole('button', { name: /Make the first admin/ }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  { name: 'setup-link-over', brief: true, as: 'nobody', path: '/setup?token=of-an-earlier-start' },
]

export const EMPTY: readonly Screen[] = [
  { name: 'empty-dashboard', path: '/', before: awaiting('No datasets configured yet') },
  { brief: true, name: 'empty-runs', path: '/runs' },
  { brief: true, name: 'empty-logs', path: '/logs' },
  { brief: true, name: 'empty-functions', path: '/functions' },
  { brief: true, name: 'empty-function', path: '/functions/prune-history' },
  { brief: true, name: 'empty-config', path: '/config' },
  { brief: true, name: 'empty-hosts', path: '/config?tab=hosts' },
  { brief: true, name: 'empty-set-asides', path: '/set-asides' },
  { brief: true, name: 'empty-history', path: '/history' },
  { brief: true, name: 'empty-report', path: '/report' },
  { brief: true, name: 'empty-account', path: '/account' },
  { brief: true, name: 'empty-audit', path: '/audit?actor=nobody' },
  { brief: true, name: 'empty-incidents', path: '/incidents' },
]

/** Pages that follow the service while they are open. */
export const OFFLINE: readonly string[] = [
  '/',
  `/datasets/${BROKEN}`,
  `/datasets/${PAUSED}/repair`,
  '/runs',
  '/runs/1',
  '/logs',
  '/config?tab=hosts',
  '/functions',
  '/functions/scan',
  '/set-asides',
  '/incidents',
  '/notifications',
  '/account',
  '/audit',
  '/users',
  '/docs/api',
  '/docs/reasons',
  '/docs/problems',
]
