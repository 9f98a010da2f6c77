import type { StatusView } from '../api-types.ts'
import { ID } from './answers.ts'

export const status: StatusView = {
  overall: 'BROKEN',
  headline: '1 dataset is broken',
  counts: {
    HEALTHY: 1,
    WARNING: 0,
    BROKEN: 1,
    REPAIRING: 0,
    UNKNOWN: 0,
    paused: 1,
    acknowledged: 0,
    retired: 0,
    total: 2,
  },
  worst: { datasetId: ID, reason: 'LAG_CRITICAL', delaySeconds: 2_246_400, lagSeconds: 2_250_000 },
  lastCheck: { runId: '1842', finishedAt: '2026-11-22T13:48:00Z', result: 'SUCCEEDED' },
  nextCheckAt: '2026-11-22T14:18:00Z',
  stale: false,
  datasets: [
    {
      id: 'hqs8-hqs1.HQS8DAT1',
      status: 'HEALTHY',
      reason: 'UP_TO_DATE',
      delaySeconds: 0,
      checkedAt: '2026-11-22T13:48:00Z',
      automatic: null,
    },
    {
      id: ID,
      status: 'BROKEN',
      reason: 'LAG_CRITICAL',
      delaySeconds: 2_246_400,
      checkedAt: '2026-11-22T13:48:00Z',
      automatic: 'Not by itself now. `auto_repair` is false: the plan is offered, not run.',
    },
  ],
  hosts: [
    {
      id: 'hqs7',
      hostname: 'hqs7.storage.local',
      role: 'BACKUP',
      reachable: true,
      latencyMs: 12,
      checkedAt: '2026-11-22T13:48:00Z',
      seenAt: '2026-11-22T13:48:00Z',
      skewSeconds: 90,
      error: null,
      pools: [
        {
          name: 'hqs7p1',
          state: 'DEGRADED',
          readonly: false,
          sizeBytes: '32985348833280',
          freeBytes: '8246337208320',
          usable: { sizeBytes: '21990232555520', freeBytes: '5497558138880' },
        },
      ],
    },
  ],
  activeRuns: [{ id: '1843', kind: 'REPAIR', state: 'RUNNING', datasetId: ID, percent: 50 }],
  config: { loadedAt: '2026-11-22T12:00:00Z', sha256: '4f2c', inSync: false, error: null },
  warnings: [],
  witness: {
    version: '0.1.0',
    commit: null,
    startedAt: '2026-11-22T12:00:00Z',
    uptimeSeconds: 7200,
    demo: false,
    schedulerPaused: false,
  },
}
