import { describe, expect, test } from 'bun:test'
import { preview } from '../testing/answers.ts'
import { runCommand } from '../testing/command-line.ts'
import { problem } from '../testing/service.ts'

const ok = (body: unknown) => ({ status: 200, body })

describe('preview', () => {
  const planned = (plan: Partial<typeof preview.plan>) => ({
    answers: { 'POST /api/datasets/x/preview': ok({ ...preview, plan: { ...preview.plan, ...plan } }) },
  })

  test('shows every command and ends with 4', async () => {
    const ran = await runCommand(['preview', 'x'])
    expect(ran.exit).toBe(4)
    expect(ran.stdout).toMatchSnapshot()
    expect(ran.stderr).toBe('To run it: zwitness repair hqs10-hqs7.L1S4DAT1 --plan 7c1e\n')
  })

  test.each([
    ['nothing to do', { kind: 'NOTHING' as const, steps: [] }, 0],
    ['forbidden', { blocked: { code: 'POLICY_FORBIDS', because: 'dry_run is true.', cure: 'Set it to false.' } }, 5],
    [
      'unreadable',
      { kind: 'IMPOSSIBLE' as const, steps: [], blocked: { code: 'UNKNOWN_STATE', because: 'hqs7 is off.', cure: '' } },
      75,
    ],
  ])('%s', async (_, plan, exit) => {
    const ran = await runCommand(['preview', 'x'], planned(plan))
    expect([ran.exit, ran.stderr]).toEqual([exit, ''])
  })

  test('names what would be destroyed', async () => {
    const destroys = [
      { kind: 'SNAPSHOT' as const, name: 'own', guid: '99', createdAt: '2026-11-01T00:00:00Z', usedBytes: 2048 },
    ]
    const { stdout } = await runCommand(['preview', 'x'], planned({ destroys }))
    expect(stdout).toContain('Destroys 1:\n  ✗ @own  2026-11-01T00:00:00Z  guid 99  2 KiB')
    expect(stdout).not.toContain('Destroys nothing')
    const empty = destroys.map((each) => ({ ...each, usedBytes: 0, holdsNothing: true }))
    const { stdout: other } = await runCommand(['preview', 'x'], planned({ destroys: empty }))
    expect(other).toContain('Destroys 1, with no change in any of them:\n  ✗ @own')
  })
})

describe('repair', () => {
  const RUN = '/api/datasets/x/run'
  const planned = (more: Partial<typeof preview>) => ({
    answers: { 'POST /api/datasets/x/preview': { status: 200, body: { ...preview, ...more } } },
  })
  const destroying = planned({
    confirm: 'hqs7p1/L1S4DAT1',
    plan: {
      ...preview.plan,
      destroys: [{ kind: 'SNAPSHOT', name: 'own', guid: '9', createdAt: '2026-11-01T00:00:00Z', usedBytes: null }],
    },
  })

  test('what was shown is what runs', async () => {
    const ran = await runCommand(['repair', 'x', '--yes', '--reason', 'swap'])
    expect(ran.exit).toBe(0)
    expect(ran.stderr).toContain('zfs send -I @2026-10-27')
    expect(ran.service.bodies.get(RUN)).toEqual({ mode: 'REPAIR', planId: '7c1e', reason: 'swap' })
  })

  test('a person is asked, and what about', async () => {
    const yes = await runCommand(['repair', 'x', '-q'], { tty: true, typed: ['y'] })
    expect([yes.exit, yes.io.questions]).toEqual([0, ['Run this plan for x? [y/N] ']])
    expect(yes.stderr).toContain('zfs send -I @2026-10-27')
    for (const answer of ['', 'n', 'yeah', null]) {
      const no = await runCommand(['repair', 'x'], { tty: true, typed: [answer] })
      expect([no.exit, no.service.bodies.has(RUN)]).toEqual([5, false])
    }
  })

  test('where nobody can be asked the flag is named', async () => {
    const ran = await runCommand(['repair', 'x'])
    expect([ran.exit, ran.service.bodies.has(RUN)]).toEqual([5, false])
    expect(ran.stderr).toContain('--yes')
  })

  test('--plan runs that plan without another preview', async () => {
    const ran = await runCommand(['repair', 'x', '--plan', 'abcd'])
    expect(ran.service.calls).toEqual([`POST ${RUN}`])
    expect(ran.service.bodies.get(RUN)).toEqual({ mode: 'REPAIR', planId: 'abcd' })
  })

  test('--yes is not enough to destroy: the name must be typed in full', async () => {
    const wrong = [
      await runCommand(['repair', 'x', '--yes'], destroying),
      await runCommand(['repair', 'x', '--yes', '--confirm', 'L1S4DAT1'], destroying),
      await runCommand(['repair', 'x'], { ...destroying, tty: true, typed: ['y'] }),
    ]
    expect(wrong.map(({ exit, service }) => [exit, service.bodies.has(RUN)])).toEqual([
      [5, false],
      [5, false],
      [5, false],
    ])
    expect(wrong[0]?.stderr).toContain('--confirm hqs7p1/L1S4DAT1')
    const right = [
      await runCommand(['repair', 'x', '--confirm', 'hqs7p1/L1S4DAT1'], destroying),
      await runCommand(['repair', 'x'], { ...destroying, tty: true, typed: ['hqs7p1/L1S4DAT1'] }),
    ]
    for (const { service } of right)
      expect(service.bodies.get(RUN)).toEqual({ mode: 'REPAIR', planId: '7c1e', confirm: 'hqs7p1/L1S4DAT1' })
  })

  test('a plan that destroys without a name to type never runs', async () => {
    const strange = planned({
      confirm: null,
      plan: { ...preview.plan, destroys: [{ kind: 'SNAPSHOT', name: 'o', guid: '9', createdAt: '', usedBytes: null }] },
    })
    const ran = await runCommand(['repair', 'x', '--yes'], strange)
    expect([ran.exit, ran.service.bodies.has(RUN)]).toEqual([5, false])
  })

  test('nothing to do is fine, held back is not', async () => {
    const nothing = planned({ plan: { ...preview.plan, kind: 'NOTHING', steps: [], outcome: 'Nothing is missing.' } })
    const fine = await runCommand(['repair', 'x', '--yes'], nothing)
    expect([fine.exit, fine.stderr]).toEqual([0, 'Nothing is missing.\n'])
    const blocked = { code: 'POLICY_FORBIDS', because: 'dry_run is true.', cure: 'Set it to false.' }
    const held = await runCommand(['repair', 'x', '--yes'], planned({ plan: { ...preview.plan, blocked } }))
    expect([held.exit, held.stderr]).toEqual([
      5,
      'zwitness: dry_run is true. Set it to false.\nNext: zwitness show x\n',
    ])
  })

  test('SANs that changed in between are 6, and nothing was done', async () => {
    const answers = { [`POST ${RUN}`]: problem(409, 'PLAN_STALE', 'hqs7 has a new snapshot.', { datasetId: 'x' }) }
    const ran = await runCommand(['repair', 'x', '--yes'], { answers })
    expect(ran.exit).toBe(6)
    expect(ran.stderr).toContain('Next: zwitness preview x')
  })
})
