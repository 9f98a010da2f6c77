import type { OutboxRecord } from '#lib/db/types.ts'
import type { Incident } from '#lib/incidents/types.ts'
import type { Telling } from '#lib/services.ts'
import { NOW } from './fake-config.ts'

export const INCIDENT = '5f0c7a52-3a6e-4a56-9c39-0a3c2b9a7f11'

/** One incident that is open, of a dataset of the fake engine. */
export function fakeIncident(): Incident {
  return {
    id: INCIDENT,
    cause: 'dataset:hq10-7.L1S4DAT1',
    kind: 'dataset',
    host: 'hqs7',
    state: 'FIRING',
    severity: 'critical',
    peak: 'critical',
    code: 'BACKUP_AHEAD',
    message: 'hqs7 holds 3 snapshots that hqs10 does not have.',
    action: 'Preview the repair.',
    pairs: ['HQS10 → HQS7'],
    since: NOW - 3600_000,
    firedAt: NOW - 3500_000,
    resolvedAt: null,
    endedBy: null,
    members: [{ subject: 'dataset:hq10-7.L1S4DAT1', name: 'L1S4DAT1', since: NOW - 3600_000 }],
    memberCount: 1,
    everCount: 1,
    datasets: [
      {
        id: 'hq10-7.L1S4DAT1',
        name: 'L1S4DAT1',
        primary: { host: 'hqs10', dataset: 'hqs10p1/L1S4DAT1' },
        backup: { host: 'hqs7', dataset: 'hqs7p1/L1S4DAT1' },
      },
    ],
    datasetCount: 1,
    due: null,
    toldAt: NOW - 3400_000,
    toldSeverity: 'critical',
    toldState: 'FIRING',
    reminders: 0,
    remindAt: NOW + 86_400_000,
    ack: null,
    wasAcked: false,
    relapses: 0,
    timeline: [{ at: NOW - 3600_000, text: 'It began.' }],
  }
}

export function fakeMessage(): OutboxRecord {
  const { id, pairs, since } = fakeIncident()
  return {
    seq: 1,
    channel: 'chat',
    state: 'WAITING',
    at: NOW - 3400_000,
    notBefore: NOW - 3400_000,
    attempts: 1,
    endedAt: null,
    error: 'The receiver answers 503.',
    message: {
      id: '0d3c2f6e-18b1-4f0e-a6a2-64e6f6a0a111',
      incidentId: id,
      event: 'dataset.broken',
      severity: 'critical',
      state: 'FIRING',
      previousState: null,
      title: '[BROKEN] L1S4DAT1 hqs10→hqs7: backup ahead',
      paragraphs: ['hqs7 holds 3 snapshots that hqs10 does not have.'],
      datasets: [],
      datasetCount: 1,
      reason: null,
      pairs,
      at: NOW - 3400_000,
      since,
      durationSeconds: null,
      lagSeconds: null,
      runId: null,
      path: `/incidents/${id}`,
      suppressed: false,
    },
  }
}

/** Tells nobody: one channel that takes everything. */
export function fakeTelling(): Telling {
  const channel = {
    name: 'chat',
    type: 'webhook',
    minSeverity: 'warning',
    events: null,
    pairs: null,
    quietHours: null,
    critical: true,
    settings: {},
  } as const
  return {
    book: () => ({ incidents: new Map([[INCIDENT, fakeIncident()]]), cases: new Map() }),
    acknowledge: async (id, ack) =>
      id === INCIDENT
        ? { ...fakeIncident(), ack: ack === null ? null : { ...ack, at: NOW, severity: 'critical' as const } }
        : null,
    test: async (_, name) =>
      name === null || name === 'chat' ? [{ channel: 'chat', type: 'webhook', error: null }] : null,
    overview: () => ({ channels: [{ config: channel, state: null }], deadman: [] }),
  }
}
