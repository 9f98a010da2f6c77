import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { answersOf } from '#simulator/conformance/compare.ts'
import { knownDifferences } from '#simulator/conformance/known-differences.ts'
import type { StepResult } from '#simulator/conformance/render.ts'
import { runOnLab } from '#simulator/conformance/run-lab.ts'
import { runOnSimulator } from '#simulator/conformance/run-simulator.ts'
import type { Scenario } from '#simulator/conformance/scenario.ts'
import { scenarios } from '#simulator/conformance/scenarios/all.ts'
import { openLab, root } from './lab.ts'

const lab = openLab()
const login = {
  sshConfig: join(lab.directory, 'ssh_config'),
  host: 'hqs8',
  pools: ['hqs8p1', 'hqs10p1'] as const,
}
/** So many scenarios at a time: the machine has two processors, and what one waits for (a write, the simulator) serves the other. */
const LANES = 3
/** On a machine that others use too. A test that is given up takes every other scenario's ssh with it. */
const PATIENCE_MS = 60 * 60_000
const counted = { compared: 0, differing: 0 }
const began = performance.now()

/** In one login: what is left of a run that was cut off. */
async function clear(): Promise<void> {
  await root(
    lab,
    `zfs list -H -o name -d 1 ${login.pools.join(' ')} | grep /conf- | while read -r d; do
       zfs list -H -o name -t snapshot -r "$d" | while read -r s; do
         zfs holds -H "$s" </dev/null | cut -f2 | while read -r tag; do zfs release "$tag" "$s" </dev/null; done
       done
       zfs destroy -R "$d" </dev/null || { umount -R -l "/pools/$d"; zfs destroy -R "$d" </dev/null; }
     done`,
  )
}

beforeAll(clear, PATIENCE_MS)
afterAll(async () => {
  const { compared, differing } = counted
  const left = Object.keys(knownDifferences).length
  const seconds = Math.round((performance.now() - began) / 1000)
  await clear()
  console.log(`${compared} commands compared, ${differing} differ (${left} left out on purpose; ${seconds} s).`)
}, PATIENCE_MS)

type Answers = readonly [real: readonly StepResult[], simulated: readonly StepResult[]]
const answers = new Map(scenarios.map(({ name }) => [name, Promise.withResolvers<Answers>()]))

beforeAll(() => {
  // Long ones first: none should be left alone at the end.
  const waiting = scenarios.toSorted((a, b) => b.lines.length - a.lines.length)
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
  PATIENCE_MS,
)
