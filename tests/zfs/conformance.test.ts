import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { answersOf } from '#lib/simulator/conformance/compare.ts'
import { knownDifferences } from '#lib/simulator/conformance/known-differences.ts'
import { runOnLab } from '#lib/simulator/conformance/run-lab.ts'
import { runOnSimulator } from '#lib/simulator/conformance/run-simulator.ts'
import { scenarios } from '#lib/simulator/conformance/scenarios.ts'
import { delegate, openLab, remove } from './lab.ts'

const lab = openLab()
const login = {
  sshConfig: join(lab.directory, 'ssh_config'),
  host: 'hqs8',
  pools: ['hqs8p1', 'hqs10p1'] as const,
}
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
  await delegate(lab)
}, 120_000)

test.each(scenarios.map((one) => [one.name, one] as const))(
  '%s: the simulator answers as this OpenZFS does now',
  async (_, scenario) => {
    const [real, simulated] = await Promise.all([runOnLab(scenario, login), runOnSimulator(scenario)])
    const [should, does] = [answersOf(real), answersOf(simulated)]
    const differing = should.filter((step, index) => !Bun.deepEquals(step, does[index]))
    counted.compared += should.length
    counted.differing += differing.length
    expect(does).toEqual(should)
  },
  600_000,
)
