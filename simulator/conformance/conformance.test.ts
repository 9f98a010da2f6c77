import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { answersOf } from './compare.ts'
import { knownDifferences } from './known-differences.ts'
import type { StepResult } from './render.ts'
import { runOnSimulator } from './run-simulator.ts'
import { scenarios } from './scenarios/all.ts'

/** A scenario is some 60 processes one after the other, on a machine that may be busy. */
const patienceMs = 600_000

test.each(scenarios.map((one) => [one.name, one] as const))(
  '%s: every command answers as OpenZFS 2.3.9 did',
  async (name, scenario) => {
    const recorded: StepResult[] = await Bun.file(join(import.meta.dir, 'recorded', `${name}.json`)).json()
    expect(recorded.map((one) => one.line)).toEqual([...scenario.lines])
    expect(answersOf(await runOnSimulator(scenario))).toEqual(answersOf(recorded))
  },
  patienceMs,
)

test('every known difference is still in the script', () => {
  const lines = new Set(scenarios.flatMap((one) => one.lines))
  expect(Object.keys(knownDifferences).filter((line) => !lines.has(line))).toEqual([])
})
