import { describe, expect, test } from 'bun:test'
import type { AnchorListView, CanDestroyView } from '../answers.ts'
import { EXIT } from '../exit-codes.ts'
import { runCommand } from '../testing/command-line.ts'
import { problem } from '../testing/service.ts'

const ok = (body: unknown) => ({ status: 200, body })

describe('can-destroy', () => {
  const view = (answer: CanDestroyView['answer']): CanDestroyView => ({
    snapshot: 'p/d@s',
    mayDestroy: answer === 'YES',
    answer,
    because: 'For a reason.',
    mappings: [{ datasetId: 'x', host: 'hqs8', guid: '5', answer, code: 'FREE', because: 'For a reason.' }],
    asOf: '2026-11-22T14:00:00Z',
  })
  const ran = (answer: ReturnType<typeof ok>) =>
    runCommand(['can-destroy', 'hqs8:p/d@s 1'], { answers: { 'GET /api/can-destroy': answer } })

  test.each([
    ['YES', 0, 'yes: For a reason.\n'],
    ['NO', EXIT.ATTENTION, 'no: For a reason.\n'],
    ['UNKNOWN', EXIT.LATER, 'unknown: For a reason.\n'],
  ] as const)('%s ends with %i, the reason is on stdout', async (answer, exit, stdout) => {
    expect(await ran(ok(view(answer)))).toMatchObject({ exit, stdout })
  })

  test('an answer of a newer service is no yes', async () => {
    expect((await ran(ok({ ...view('YES'), answer: 'PERHAPS' }))).exit).toBe(EXIT.LATER)
  })

  test.each(['NO_SUCH_DATASET', 'NO_SUCH_SNAPSHOT'])('%s ends with 3', async (code) => {
    expect((await ran(problem(404, code, 'There is none.'))).exit).toBe(EXIT.NOT_FOUND)
  })

  test('the name goes to the service as it is', async () => {
    expect((await ran(ok(view('YES')))).service.calls).toEqual(['GET /api/can-destroy?snapshot=hqs8%3Ap%2Fd%40s+1'])
  })
})

test('anchors: a line each, a note where no more are made and for what a first transfer needs', async () => {
  const list: AnchorListView = {
    items: [
      {
        name: 'p/d#zw-000000000000000a',
        guid: '10',
        createdAt: '2026-11-20T14:00:00Z',
        host: 'hqs8',
        dataset: 'p/d',
        snapshot: null,
        use: 'SUPERSEDED',
        because: 'hqs1 has a newer one to start from.',
      },
    ],
    datasets: [{ host: 'hqs8', dataset: 'p/d', datasetIds: ['x'], count: 20, limit: 20 }],
    transfers: [
      {
        name: 'p/d@daily-1',
        guid: '11',
        createdAt: '2026-11-21T14:00:00Z',
        datasetId: 'x',
        host: 'hqs8',
        dataset: 'p/d',
        snapshot: 'daily-1',
        state: 'RESUMABLE',
      },
    ],
    unseen: [],
    asOf: '2026-11-22T14:00:00Z',
  }
  const ran = await runCommand(['anchors', 'hqs8'], { answers: { 'GET /api/anchors': ok(list) } })
  expect(ran.stdout.split('\n')[1]).toMatch(
    /^hqs8:p\/d#zw-000000000000000a +48 h +gone +SUPERSEDED +hqs1 has a newer one/,
  )
  expect(ran.stderr).toBe(
    'hqs8:p/d has 20 anchors: no more are made.\nKeep: hqs8:p/d@daily-1. The first transfer of x was cut off and needs it until it has arrived in full.\n',
  )
  expect(ran.service.calls).toEqual(['GET /api/anchors?host=hqs8'])
})
