import { afterEach, describe, expect, test } from 'bun:test'
import type { Bed } from './bed.ts'
import { openDiverged, settle } from './diverged.ts'
import { ID } from './one-dataset.ts'

/* What is mounted on the host of the backup, before a swap and after it. */

let bed: Bed
afterEach(() => bed.close())

const B = 'vault/one'
const repairs = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 500 })).items

describe('a mounted backup, as root', () => {
  const mounted = () => bed.zfs('b', 'list', '-H', '-o', 'name,mounted', '-r', 'vault')
  const roles = (plan: { readonly steps: readonly object[] } | undefined) =>
    plan?.steps.flatMap((step) => ('role' in step && step.role !== 'mark' ? [step.role] : []))

  test('is unmounted for the swap and mounted again: its path shows the backup', async () => {
    bed = await openDiverged()
    await bed.zfs('b', 'mount', B)
    const shown = await bed.run(bed.engine.preview(ID))
    expect(roles(shown?.plan)).toEqual(['clone', 'promote', 'unmount', 'swap', 'undo', 'mount', 'hold'])
    expect(shown?.plan.notes.join(' ')).toContain('until it is unmounted on b, this path shows the set-aside')
    await settle(bed)
    const rows = (await mounted()).split('\n')
    expect(rows).toContain(`${B}\tyes`)
    expect(rows.filter((row) => row.includes('.zw-aside-'))).toEqual([expect.stringContaining('\tno')])
  })

  test('that is in use stays mounted as the set-aside, and the run says so', async () => {
    bed = await openDiverged()
    await bed.zfs('b', 'mount', B)
    const stderr = `cannot unmount '/vault/one': pool or dataset is busy`
    const wrong = { kind: 'refuse', exitCode: 1, stderr } as const
    bed.faults.add({ host: 'b', on: 'batch', match: /zfs unmount/, times: 9, wrong })
    await settle(bed)
    const [run] = await repairs()
    expect(run).toMatchObject({ state: 'SUCCEEDED_WITH_WARNINGS' })
    expect(run?.outcome).toContain('pool or dataset is busy')
    const rows = (await mounted()).split('\n')
    expect(rows).toContain(`${B}\tno`)
    expect(rows.filter((row) => row.includes('.zw-aside-'))).toEqual([expect.stringContaining('\tyes')])
  })

  test('is mounted again where the swap is refused and undone', async () => {
    bed = await openDiverged()
    await bed.zfs('b', 'mount', B)
    const wrong = { kind: 'refuse', exitCode: 1, stderr: `cannot rename '${B}': permission denied` } as const
    bed.faults.add({ host: 'b', on: 'batch', match: /zfs rename/, times: 1, wrong })
    await bed.scan()
    expect((await repairs())[0]).toMatchObject({ state: 'FAILED' })
    expect((await mounted()).split('\n')).toContain(`${B}\tyes`)
  })

  test('with children is left as it is, and the preview says what its path will show', async () => {
    bed = await openDiverged({ children: ['kid'] })
    await bed.zfs('b', 'mount', B)
    const shown = await bed.run(bed.engine.preview(ID))
    expect(roles(shown?.plan)).not.toContain('unmount')
    expect(shown?.plan.notes.join(' ')).toContain('this path shows the set-aside, not the backup')
    expect(shown?.plan.checks).toContainEqual(expect.objectContaining({ id: 'mounted', state: 'warning' }))
  })
})
