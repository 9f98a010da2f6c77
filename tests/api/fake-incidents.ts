import type { OutboxRecord, Store } from '#lib/db/types.ts'
import type { Incident } from '#lib/incidents/types.ts'
import { NOW } from './fake-config.ts'
import type { Fake } from './fake-services.ts'
import { fakeIncident, fakeMessage } from './fake-telling.ts'

/*
 * Incidents of every kind and in every state, channels that work and channels that do not, and what was sent to them.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Of the incident with this number; 9 is over. */
export const fakeId = (n: number): string => `5f0c7a52-3a6e-4a56-9c39-${String(n).padStart(12, '0')}`

const dataset = (name: string, primary = 'hqs8', backup = 'hqs1'): Incident['datasets'][number] => ({
  id: `${primary}-${backup}.${name}`,
  name,
  primary: { host: primary, dataset: `${primary}p1/${name}` },
  backup: { host: backup, dataset: `${backup}p1/${name}` },
})

const incident = (n: number, change: Partial<Incident>): Incident => ({ ...fakeIncident(), id: fakeId(n), ...change })

const ACK = { by: 'anna', at: NOW - HOUR, until: null, reason: 'the disk is ordered', severity: 'warning' } as const
const UNREACHABLE = 'hqs7 does not answer: the connection timed out after 10 s.'
const BEHIND = 'hqs1 is 5 d 2 h behind hqs8 (6 snapshots, about 24 GiB). Limit 72 h.'
const FAILING =
  'The channel chat (webhook) has taken no message since 2026-11-22 12:32. chat.example answered 503. Its messages wait; the next try is at 15:52.'

const OPEN: readonly Incident[] = [
  incident(1, {
    kind: 'host',
    code: 'HOST_UNREACHABLE',
    message: UNREACHABLE,
    action: 'Look whether it is on, and at its network. `zwitness doctor hqs7` says more.',
    datasets: ['L1S4DAT1', 'L1S4DAT2', 'L2S4VMS1'].map((name) => dataset(name, 'hqs10', 'hqs7')),
    datasetCount: 23,
    since: NOW - 40 * MINUTE,
    relapses: 2,
  }),
  incident(2, { code: 'LAG_CRITICAL', message: BEHIND, datasets: [dataset('HQS8DAT1')], toldAt: null }),
  incident(3, {
    state: 'ACKED',
    kind: 'pool',
    severity: 'warning',
    host: 'hqs1',
    code: 'POOL_DEGRADED',
    message: 'Pool hqs1p1 on hqs1 is DEGRADED.',
    action: null,
    datasets: [dataset('HQS8DAT1'), dataset('HQS8DAT2')],
    datasetCount: 2,
    ack: ACK,
  }),
  incident(4, {
    state: 'FLAPPING',
    severity: 'warning',
    code: 'LAG_WARNING',
    message: 'hqs1 is 25 h behind hqs8 (1 snapshot, about 4 GiB).',
    datasets: [dataset('HQS8ARC1')],
  }),
  incident(5, {
    kind: 'repair',
    severity: 'warning',
    code: 'permission-denied',
    message: 'Repair #1842 failed: cannot receive incremental stream: permission denied',
    action: null,
    datasets: [dataset('HQS8DAT4')],
  }),
  incident(6, {
    kind: 'witness',
    severity: 'warning',
    host: null,
    code: 'CHANNEL_FAILING',
    message: FAILING,
    action: null,
    datasets: [],
    datasetCount: 0,
    pairs: [],
  }),
  incident(7, {
    state: 'SUPPRESSED',
    severity: 'warning',
    code: 'LAG_WARNING',
    message: 'hqs1 is 30 h behind hqs8 (2 snapshots, about 8 GiB).',
    datasets: [dataset('HQS8DAT7')],
    toldAt: null,
  }),
  incident(8, {
    state: 'RESOLVING',
    code: 'NO_COMMON_SNAPSHOT',
    message: 'hqs8 and hqs1 share no snapshot.',
    datasets: [dataset('HQS8OLD1')],
  }),
]

const OVER = incident(9, {
  state: 'RESOLVED',
  datasets: [dataset('HQS8VMS1')],
  since: NOW - 30 * HOUR,
  resolvedAt: NOW - 26 * HOUR,
  remindAt: null,
  toldAt: NOW - 26 * HOUR + MINUTE,
  endedBy: { kind: 'run', runId: '1840', by: 'anna', at: NOW - 26 * HOUR },
  timeline: [
    { at: NOW - 30 * HOUR, text: 'It began.' },
    { at: NOW - 30 * HOUR + MINUTE, text: 'Told.' },
    { at: NOW - 28 * HOUR, text: 'Acknowledged by anna: the disk is ordered.' },
    { at: NOW - 26 * HOUR, text: 'Over.' },
    { at: NOW - 26 * HOUR + MINUTE, text: 'Told that it is over.' },
  ],
})

const message = (n: number, change: Partial<OutboxRecord>, title: string): OutboxRecord => {
  const base = fakeMessage()
  return { ...base, seq: n, at: NOW - n * HOUR, ...change, message: { ...base.message, id: fakeId(100 + n), title } }
}

const SENT: readonly OutboxRecord[] = [
  message(1, { attempts: 3 }, '[BROKEN] hqs7 unreachable (23 datasets)'),
  message(
    1,
    { channel: 'on-call', state: 'SENT', endedAt: NOW - HOUR, error: null },
    '[BROKEN] hqs7 unreachable (23 datasets)',
  ),
  message(3, { channel: 'on-call', state: 'MERGED', error: null }, '[WARNING] HQS8ARC1 hqs8→hqs1: lag warning'),
  message(5, { channel: 'mail', state: 'OUTDATED', error: null }, '[STILL WARNING] HQS8DAT2 hqs8→hqs1: lag warning'),
  message(
    7,
    {
      channel: 'mail',
      state: 'REFUSED',
      error: 'mail.example.org took the message, but not for x@example.org. Correct these addresses.',
    },
    '[RECOVERED] HQS8VMS1 hqs8→hqs1 after 4 h',
  ),
  message(
    9,
    { channel: 'old', state: 'NO_CHANNEL', error: null },
    '[REPAIR FAILED] HQS8DAT4 hqs8→hqs1: permission-denied',
  ),
]

/** Much is out of order, and not everybody can be told. */
export function tellsMuch({ services }: Fake): void {
  const common = { events: null, pairs: null, quietHours: null, critical: true, settings: {} } as const
  const works = { failingSince: null, attempts: 0, tryAt: 0, error: null, sentAt: NOW - HOUR }
  const channels: ReturnType<typeof services.telling.overview>['channels'] = [
    {
      config: { ...common, name: 'on-call', type: 'ntfy', minSeverity: 'critical' },
      state: { channel: 'on-call', ...works },
    },
    {
      config: { ...common, name: 'chat', type: 'webhook', minSeverity: 'info' },
      state: {
        channel: 'chat',
        failingSince: NOW - 3 * HOUR,
        attempts: 6,
        tryAt: NOW + 20 * MINUTE,
        error: 'chat.example answered 503.',
        sentAt: NOW - 9 * HOUR,
      },
    },
    {
      config: {
        ...common,
        name: 'email',
        type: 'email',
        minSeverity: 'warning',
        pairs: ['HQS8 → HQS1'],
        events: ['dataset.broken', 'dataset.recovered'],
      },
      state: null,
    },
  ]
  const deadman = [
    { kind: 'healthchecks', by: 'check', pingedAt: NOW - 5 * MINUTE, error: null },
    {
      kind: 'uptime_kuma',
      by: 'health',
      pingedAt: null,
      error: 'kuma.example could not be reached: it refuses connections.',
    },
  ] as const
  Object.assign(services.telling, {
    book: () => ({ incidents: new Map(OPEN.map((each) => [each.id, each])), cases: new Map() }),
    overview: () => ({ channels, deadman }),
    test: async () => [{ channel: 'chat', type: 'webhook', error: 'chat.example answered 503.' }],
  } satisfies Partial<typeof services.telling>)
  const store: Partial<Store> = {
    incidents: async ({ open }) => ({ items: open === false ? [OVER] : OPEN, nextCursor: null }),
    incident: async (wanted) => [...OPEN, OVER].find((each) => each.id === wanted) ?? null,
    messagesOf: async () => SENT,
    messages: async () => SENT,
    waitingCount: async () => new Map([['chat', 4]]),
  }
  Object.assign(services.store, store)
}
