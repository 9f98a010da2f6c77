import { NotListed } from '#lib/inspect/discover/types.ts'
import type { Verification } from '#lib/inspect/verify/types.ts'
import type { Inspection } from '#lib/services.ts'
import { NOW } from './fake-config.ts'

const SNAPSHOT = { name: 's1', guid: '11805916207174113034', creation: NOW / 1000 - 3600 }

export const fakeVerification: Verification = {
  datasetId: 'a',
  at: NOW,
  result: 'ATTENTION',
  summary: '1 common snapshot (@s1), every guid compared. hqs1p1/a is not read-only.',
  findings: [{ code: 'NOT_READONLY', state: 'ATTENTION', message: 'hqs1p1/a is not read-only.', cure: null }],
  history: {
    commonCount: 1,
    oldest: SNAPSHOT,
    newest: SNAPSHOT,
    gaps: [],
    leftOut: 0,
    keptOnBackup: 0,
    aheadOnBackup: 0,
    renamed: 0,
    clashes: [],
    sameOrder: true,
  },
  readonly: false,
  writtenBytes: 0,
  pool: {
    name: 'hqs1p1',
    scrubbedAt: null,
    scrubErrors: null,
    dataErrors: null,
    scrubbedSinceNewest: false,
    newestBeforeScrub: null,
  },
  restore: {
    possible: true,
    needs: [],
    snapshot: SNAPSHOT,
    into: 'hqs8p1/a.restored',
    command: 'ssh hqs1 x | ssh hqs8 y',
    withHistory: [],
    properties: {},
  },
}

/** Knows the hosts hqs8 and hqs1; hqs7 cannot be listed. */
export function fakeInspection(): Inspection {
  return {
    doctor: async ({ host }) => ({
      startedAt: NOW,
      finishedAt: NOW + 1000,
      findings: [
        {
          check: 'RIGHTS',
          subject: { kind: 'host', id: host ?? 'hqs1' },
          state: 'WARNING',
          message: 'zfsadmin lacks promote on hqs1p1.',
          cure: 'Allow it.',
          fix: [{ host: 'hqs1', command: 'zfs allow -u zfsadmin promote hqs1p1' }],
        },
      ],
    }),
    countUncovered: async (host) => {
      if (host === 'hqs8') throw new NotListed(host, 'hqs8 does not answer.', true)
      return { host, at: NOW, datasets: 12, count: 2, bytes: 4096, names: [`${host}p1/scratch`, `${host}p1/=SUM(A1)`] }
    },
    discover: async ({ primary, backup }) => {
      if (backup === 'hqs7') throw new NotListed('hqs7', 'hqs7 does not answer.', true)
      return { primary, backup, at: NOW, mappings: [], withoutBackup: [], withoutPrimary: [], yaml: '# Nothing.\n' }
    },
    verify: async (datasetId) => (datasetId === 'nobody' ? null : { ...fakeVerification, datasetId }),
    verification: async (datasetId) => ({ ...fakeVerification, datasetId }),
    firstSteps: async () => [
      {
        id: 'KEY',
        title: 'The witness has an SSH key',
        state: 'OPEN',
        message: 'There is no key.',
        commands: ['zwitness keys init'],
        copy: null,
      },
    ],
    hostFacts: (host) => ({ host, at: NOW, zfsVersion: '2.3.9', login: 'zfsadmin' }),
  }
}
