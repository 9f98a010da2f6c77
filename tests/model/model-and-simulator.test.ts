import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type History, histories, modelAfter } from '#lib/replication/testing/history.ts'
import type { Death, Model } from '#lib/replication/testing/model/model.ts'
import { planned, policyOf } from '#lib/replication/testing/world.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import { canonical, tellModel, tellSimulator } from './canonical.ts'
import { SimulatedSans } from './simulated-sans.ts'

const memory = statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() ? '/dev/shm' : tmpdir()
const directory = mkdtempSync(join(memory, 'zw-model-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const policy = policyOf({ snapshotExclude: ['x*'] })
const planOf = (model: Model): Plan => planned(model.inventory(), { policy, options: { ownToken: true } })
let runs = 0

/** What the model lived through, lived through by the simulator: every command ends alike, and so does everything. */
async function livedAgain(model: Model, type: History['type']): Promise<void> {
  const own = join(directory, `${++runs}`)
  const sans = new SimulatedSans(own)
  sans.primary.zfs.dataset.create('hqs8p1/DAT1', { type, properties: type === 'volume' ? { volsize: '1048576' } : {} })
  for (const [index, { deed, refused }] of model.done.entries()) {
    const said = await sans.perform(deed)
    if ((said === null) !== (refused === null))
      throw new Error(`Deed ${index}, ${JSON.stringify(deed)}: the model says ${refused}, the simulator ${said}`)
  }
  const simulated = [...tellSimulator(sans.primary.zfs), ...tellSimulator(sans.backup.zfs)]
  expect(canonical(simulated)).toBe(canonical([...tellModel(model.primary), ...tellModel(model.backup)]))
  rmSync(own, { recursive: true, force: true })
}

const deaths: fc.Arbitrary<Death> = fc.record({
  after: fc.nat(16),
  cut: fc.option(fc.record({ arrived: fc.nat(2), saved: fc.boolean() })),
  bare: fc.boolean(),
})

test('the model of the properties and the simulator are one: histories, plans, plans that are cut off', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.array(deaths, { maxLength: 3 }), async (history, cuts) => {
      const model = modelAfter(history, planOf)
      for (const death of [...cuts, null]) {
        const plan = planOf(model)
        if (plan.blocked === null) model.run(plan, death)
      }
      await livedAgain(model, history.type)
    }),
    { numRuns: 300 },
  )
}, 300_000)
