/**
 * What only someone at the machine could do to a simulated SAN:
 * `ZWITNESS_SIM_DIR=… bun simulator/admin.ts COMMAND …`, with the commands listed below.
 */
import { openSimulator, type Simulator } from './admin-api.ts'

const commands: Record<string, (simulator: Simulator, args: readonly string[]) => void> = {
  'pool-create': (simulator, [name = '', bytes = '']) => simulator.pool.create(name, { sizeBytes: Number(bytes) }),
  'pool-health': (simulator, [name = '', health = '']) => simulator.setPool(name, { health }),
  'pool-export': (simulator, [name = '']) => simulator.setPool(name, { imported: false }),
  'pool-import': (simulator, [name = '']) => simulator.setPool(name, { imported: true }),
  write: (simulator, [name = '', bytes = '']) => simulator.write(name, Number(bytes)),
  snapshot: (simulator, [name = '', creation = '', bytes = '0']) =>
    simulator.snapshot(name, { creation: Number(creation), bytes: Number(bytes) }),
  misbehave: (simulator, [json = '{}']) => simulator.misbehave(JSON.parse(json)),
  content: (simulator, [name = '']) => console.log(JSON.stringify(simulator.content(name))),
}

const directory = process.env.ZWITNESS_SIM_DIR
const [name = '', ...args] = process.argv.slice(2)
const command = commands[name]
if (!directory || !command) {
  console.error(`Set ZWITNESS_SIM_DIR and give one of: ${Object.keys(commands).join(', ')}.`)
  process.exit(2)
}
command(openSimulator(directory), args)
