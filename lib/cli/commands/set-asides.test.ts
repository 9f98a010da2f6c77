import { describe, expect, test } from 'bun:test'
import type { SetAsideListView } from '../answers.ts'
import { EXIT } from '../exit-codes.ts'
import { runCommand } from '../testing/command-line.ts'
import { problem } from '../testing/service.ts'

const list: SetAsideListView = {
  items: [
    {
      name: 'hqs7p1/L1S4DAT1.zw-aside-20261121T140000Z',
      guid: '42',
      role: 'ASIDE',
      host: 'hqs7',
      pool: 'hqs7p1',
      datasetId: 'hqs10-hqs7.L1S4DAT1',
      backupDataset: 'hqs7p1/L1S4DAT1',
      madeAt: '2026-11-21T14:00:00Z',
      ageSeconds: 86_400,
      usedBytes: 3_221_225_472,
      snapshots: 3,
      heldSnapshots: 1,
      children: [],
      pins: 'hqs7p1/L1S4DAT1@day-3',
      madeBy: {
        runId: '1843',
        at: '2026-11-21T14:00:01Z',
        actor: 'anna',
        planKind: 'SET_ASIDE_REWIND',
        reason: 'failover test',
      },
      keepBecause: null,
    },
  ],
  pools: [{ host: 'hqs7', pool: 'hqs7p1', count: 1, usedBytes: 3_221_225_472 }],
  unseen: [],
  asOf: '2026-11-22T14:00:00Z',
}
const ok = (body: unknown) => ({ status: 200, body })
const answers = { 'GET /api/set-asides': ok(list) }

describe('set-asides', () => {
  test('a line each, and what a pool would get back', async () => {
    const ran = await runCommand(['set-asides'], { answers })
    expect(ran.exit).toBe(0)
    expect(ran.stdout.split('\n')).toEqual([
      expect.stringMatching(/^SET-ASIDE +AGE +FREES +SNAPSHOTS +RUN +WHY$/),
      expect.stringMatching(
        /^hqs7:hqs7p1\/L1S4DAT1\.zw-aside-20261121T140000Z +24 h +3 GiB +3 \(1 held\) +1843 +failover test$/,
      ),
      '',
      'hqs7 hqs7p1: 1, together 3 GiB',
      '',
    ])
  })

  test('--json is the answer of the service; --plain a record a line', async () => {
    expect(JSON.parse((await runCommand(['set-asides', '--json'], { answers })).stdout)).toEqual({
      schema: 'set-asides/1',
      ...list,
    })
    expect(
      (await runCommand(['set-asides', '--plain'], { answers })).stdout.replace(/\n$/, '').split('\t'),
    ).toHaveLength(12)
  })

  test('a word is a SAN, and where there is no such SAN a dataset', async () => {
    let asked = 0
    const ran = await runCommand(['set-asides', 'some.id'], {
      answers: {
        'GET /api/set-asides': () => (asked++ === 0 ? problem(404, 'NO_SUCH_HOST', 'There is no host.') : ok(list)),
      },
    })
    expect(ran.service.calls).toEqual(['GET /api/set-asides?host=some.id', 'GET /api/set-asides?datasetId=some.id'])
    expect(ran.exit).toBe(0)
  })

  test('what could not be read ends with 75: it is not "none"', async () => {
    const unseen = [{ datasetId: 'x', host: 'hqs7', because: 'Timed out.' }]
    const ran = await runCommand(['set-asides'], {
      answers: { 'GET /api/set-asides': ok({ ...list, items: [], pools: [], unseen }) },
    })
    expect(ran.exit).toBe(EXIT.LATER)
    expect(ran.stderr).toBe('Not known: x on hqs7: Timed out.\n')
  })
})
