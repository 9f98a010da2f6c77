import { describe, expect, test } from 'bun:test'
import { durationText } from '#lib/text/words.ts'
import { commandLines, WIDTH, wrapped } from './lines.ts'
import { datasetNote, type NoteParts } from './note.ts'

const ESC = String.fromCharCode(27)
const at = '2026-11-20T10:00:00Z'
const ref = { name: 's1', guid: '11805916207174113034', createdAt: at }

const about: NoteParts = {
  dataset: {
    id: 'hqs8-hqs1.a',
    name: 'a',
    pair: {
      name: 'HQS8 → HQS1',
      primary: { host: 'hqs8', dataset: 'tank/a' },
      backup: { host: 'hqs1', dataset: 'vault/a' },
    },
    status: 'REPAIRING',
    health: 'BROKEN',
    activity: 'REPAIRING',
    reason: { code: 'BACKUP_AHEAD', message: '', action: null, destructive: false },
    delaySeconds: 200_000,
    lagSeconds: 180_000,
    warnDelaySeconds: 129_600,
    maxDelaySeconds: 259_200,
    behind: { snapshots: 3, bytes: 5_000_000, bytesAreEstimate: true },
    newestCommon: ref,
    newestPrimary: ref,
    newestBackup: null,
    checkedAt: at,
    stale: true,
    since: at,
    autoRepair: true,
    automatic: {
      allowed: false,
      code: 'UNDER_WAY',
      because: 'Run 7 repairs it now.',
      from: null,
      sentence: 'Run 7 repairs it now.',
      below: 'Run 7 repairs it now.',
    },
    dryRun: false,
    retired: false,
    parentId: null,
    paused: null,
    ack: { by: 'anna', at, until: null, reason: 'waiting for disks', origin: 'PERSON', maintenance: null },
    activeRunId: '7',
    queuePosition: null,
    links: { self: '', preview: '', runs: '' },
  },
  reasons: [
    {
      code: 'BACKUP_AHEAD',
      severity: 'WARNING',
      message: `hqs1 holds 3 snapshots ${ESC}[31mhqs8 does not have${ESC}[0m.\n\u202eevil`,
      action: 'Preview the repair.',
      evidence: { snapshots: [{ name: 'x', guid: '42' }] },
    },
  ],
  plan: {
    hash: 'h',
    kind: 'INCREMENTAL',
    outcome: 'hqs1 has every snapshot up to @s3.',
    steps: [
      {
        n: 1,
        kind: 'TRANSFER',
        title: 'Send 2 snapshots',
        commands: [
          {
            host: 'hqs8',
            argv: [
              'zfs',
              'send',
              '-v',
              '-P',
              '-L',
              '-c',
              '-I',
              `tank/${'long/'.repeat(8)}my data@s1`,
              `tank/${'long/'.repeat(8)}my data@s3`,
            ],
          },
          { host: 'hqs1', argv: ['zfs', 'receive', '-s', '-u', 'vault/a'] },
        ],
        estimateBytes: null,
        ifInterrupted: 'RESUMES',
        optional: false,
        baseGuid: '1',
        target: null,
        arrives: 2,
      },
    ] as unknown as NonNullable<NoteParts['plan']>['steps'],
    destroys: [],
    untouched: [],
    notes: [],
    setAside: { name: 'vault/a.zw-aside-x', snapshots: 3, usedBytes: 5000 },
    checks: [{ id: 'SPACE', state: 'WARNING', sentence: 'Little room.', cure: null }],
    estimateBytes: 5_000_000,
    estimateIsExact: false,
    automatic: {
      allowed: false,
      code: 'NEEDS_PERSON',
      because: 'A person must look.',
      from: null,
      sentence: 'Not by itself now. A person must look.',
      below: 'Not by itself now. A person must look.',
    },
    blocked: null,
  } as unknown as NonNullable<NoteParts['plan']>,
  runs: [],
  hosts: [
    {
      id: 'hqs8',
      hostname: 'hqs8.storage.local',
      role: 'PRIMARY',
      reachable: false,
      latencyMs: null,
      checkedAt: at,
      seenAt: null,
      skewSeconds: 90,
      error: { kind: 'refused', message: 'hqs8 refused the connection.' },
      pools: [
        {
          name: 'tank',
          state: 'ONLINE',
          readonly: false,
          sizeBytes: '2000000000',
          freeBytes: '1000000000',
          usable: null,
        },
      ],
    },
  ],
  versions: new Map([['hqs8', '2.3.9']]),
  snapshots: Array.from({ length: 20 }, (_, n) => ({
    guid: `${n}`,
    name: `s${n}`,
    state: n === 0 ? ('PRIMARY' as const) : ('BOTH' as const),
    createdAt: at,
    primary: null,
    backup: null,
    bookmark: null,
  })),
  verification: null,
  witness: '0.1.0',
  now: Date.parse('2026-11-22T12:00:00Z'),
}

describe('the note', () => {
  const text = datasetNote(about)
  test('says what a ticket needs', () => {
    for (const part of [
      'Status           REPAIRING, underneath BROKEN',
      `${at} (50 h ago), which is too old`,
      'by anna, without end, waiting for disks',
      'guid 11805916207174113034',
      '{"name":"x","guid":"42"}',
      '19 both',
      'and 8 older',
      'Destroys nothing.',
      '(NEEDS_PERSON): Not by itself now. A person must look.',
      'OpenZFS 2.3.9',
      'clock 90 s off',
      'does not answer',
      'Set aside and kept: vault/a.zw-aside-x, 3 snapshots, 4.9 KiB',
      'WARNING: Little room.',
      'Never verified',
    ])
      expect(text).toContain(part)
  })
  test('has no control characters, whatever a SAN said, and no line turned around', () => {
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(text).toContain('hqs1 holds 3 snapshots hqs8 does not have. \ufffdevil')
  })
  test('keeps to 80 columns where words allow', () => {
    const long = text.split('\n').filter((line) => line.length > WIDTH && line.trim().includes(' '))
    expect(long.filter((line) => !line.includes("'tank/long"))).toEqual([])
  })
  test('a command can be pasted', () => {
    const lines = commandLines(['printf', '<%s>', 'a b', ...Array.from({ length: 20 }, (_, n) => `word-${n}`)], '    ')
    expect(lines.length).toBeGreaterThan(2)
    const said = Bun.spawnSync(['sh', '-c', lines.join('\n')]).stdout.toString()
    expect(said).toStartWith('<a b><word-0>')
    expect(said).toEndWith('<word-19>')
  })
})

test('wrapped: hanging indent, long words whole, empty text', () => {
  expect(wrapped('a '.repeat(60).trim(), '> ', '  ').map((line) => line.length <= WIDTH)).toEqual([true, true])
  expect(wrapped('x'.repeat(100))).toEqual([`  ${'x'.repeat(100)}`])
  expect(wrapped('')).toEqual([''])
})

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3660, '1 h 1 min'],
  [86_400, '24 h'],
  [93_600, '26 h'],
  [-5, '0 s'],
])('span(%p) is %p', (seconds, text) => expect(durationText(seconds)).toBe(text))
