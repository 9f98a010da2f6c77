/**
 * `bun lib/simulator/conformance/record-lab.ts SSH_CONFIG HOST POOL_A POOL_B OUT_DIRECTORY [SCENARIO…]`
 * runs the scenarios on a machine with real OpenZFS and writes what it answered, one JSON file a scenario.
 */
import { parseResults, renderScenario } from './render.ts'
import { scenarios } from './scenarios.ts'

const [config = '', host = '', poolA = '', poolB = '', out = '', ...only] = Bun.argv.slice(2)
const prelude = [
  'fill() { m=$(zfs get -H -o value mountpoint "$1"); head -c "$2" /dev/urandom >"$m/f$(date +%s%N)" && sync -f "$m"; }',
  `admin() { q=; for w; do q="$q '$w'"; done; su -s /bin/sh zfsadmin -c "$q"; }`,
].join('\n')

for (const scenario of scenarios.filter((one) => only.length === 0 || only.includes(one.name))) {
  const script = renderScenario(scenario, { pools: [poolA, poolB], prelude })
  const child = Bun.spawn(['ssh', '-F', config, host, 'sh -s'], { stdin: new Blob([script]), stdout: 'pipe' })
  const output = new Uint8Array(await new Response(child.stdout).arrayBuffer())
  const results = parseResults(scenario, output)
  await Bun.write(`${out}/${scenario.name}.json`, `${JSON.stringify(results, null, 1)}\n`)
  console.log(`${scenario.name}: ${results.length} steps`)
}
