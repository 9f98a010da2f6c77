import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { answersOf } from '#lib/simulator/conformance/compare.ts'
import { knownDifferences } from '#lib/simulator/conformance/known-differences.ts'
import type { StepResult } from '#lib/simulator/conformance/render.ts'
import { runOnLab } from '#lib/simulator/conformance/run-lab.ts'
import { runOnSimulator } from '#lib/simulator/conformance/run-simulator.ts'
import type { Scenario } from '#lib/simulator/conformance/scenario.ts'
import { scenarios } from '#lib/simulator/conformance/scenarios.ts'
import { openLab, remove } from './lab.ts'

const lab = openLab()
const login = {
  sshConfig: join(lab.directory, 'ssh_config'),
  host: 'hqs8',
  pools: ['hqs8p1', 'hqs10p1'] as const,
}
/** So many scenarios at a time: the machine has two processors, and each command of a scenario waits for the one before. */
const LANES = 2
const counted = { compared: 0, differing: 0 }

async function clear(): Promise<void> {
  await remove(lab, ...scenarios.flatMap(({ name }) => login.pools.map((pool) => `${pool}/conf-${name}`)))
}

beforeAll(clear, 120_000)
afterAll(async () => {
  const { compared, differing } = counted
  const left = Object.keys(knownDifferences).length
  console.log(`Conformance: ${compared} commands compared, ${differing} differing, ${left} left out on purpose.`)
  await clear()
}, 120_000)

type Answers = readonly [real: readonly StepResult[], simulated: readonly StepResult[]]
const answers = new Map(scenarios.map(({ name }) => [name, Promise.withResolvers<Answers>()]))

beforeAll(() => {
  const waiting = [...scenarios]
  for (let lane = 0; lane < LANES; lane++) void work(waiting)
})

async function work(waiting: Scenario[]): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { name } = next
    await Promise.all([runOnLab(next, login), runOnSimulator(next)]).then(
      (both) => answers.get(name)?.resolve(both),
      (error: unknown) => answers.get(name)?.reject(error),
    )
  }
}

test.each(scenarios.map(({ name }) => name))(
  '%s: the simulator answers as this OpenZFS does now',
  async (name) => {
    const [real = [], simulated = []] = (await answers.get(name)?.promise) ?? []
    const [should, does] = [answersOf(real), answersOf(simulated)]
    const differing = should.filter((step, index) => !Bun.deepEquals(step, does[index]))
    counted.compared += should.length
    counted.differing += differing.length
    expect(should.length).toBeGreaterThan(0)
    expect(does).toEqual(should)
  },
  600_000,
)
