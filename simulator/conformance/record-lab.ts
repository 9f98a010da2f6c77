/**
 * `bun simulator/conformance/record-lab.ts SSH_CONFIG HOST POOL_A POOL_B OUT_DIRECTORY [SCENARIO…]`
 * runs the scenarios on a machine with real OpenZFS and writes what it answered, one JSON file a scenario.
 */
import { runOnLab } from './run-lab.ts'
import { scenarios } from './scenarios/all.ts'

const [sshConfig = '', host = '', poolA = '', poolB = '', out = '', ...only] = Bun.argv.slice(2)

for (const scenario of scenarios.filter((one) => only.length === 0 || only.includes(one.name))) {
  const results = await runOnLab(scenario, { sshConfig, host, pools: [poolA, poolB] })
  await Bun.write(`${out}/${scenario.name}.json`, `${JSON.stringify(results, null, 1)}\n`)
  console.log(`${scenario.name}: ${results.length} steps`)
}
