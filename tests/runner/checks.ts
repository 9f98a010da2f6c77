import { runTests } from './bun-test.ts'
import { command } from './command.ts'
import { add, failedBecause, NOTHING, type Tally } from './tally.ts'

const bin = (name: string): string => `node_modules/.bin/${name}`

const CHECKS: readonly { readonly title: string; readonly argv: readonly string[]; readonly cure: string }[] = [
  { title: 'format and lint', argv: [bin('biome'), 'ci', '.'], cure: `${bin('biome')} check --write .` },
  { title: 'types', argv: [bin('bun'), 'check'], cure: 'see the lines above' },
]

/** Format, lint, types, and which way the imports point. */
export async function runChecks(): Promise<Tally> {
  let tally = NOTHING
  for (const { title, argv, cure } of CHECKS) {
    const code = await command(argv, { minutes: 5 })
    const ended = `${title} (${argv.join(' ')} ended with ${code}). Cure: ${cure}.`
    tally = add(tally, code === 0 ? { ...NOTHING, passed: 1 } : failedBecause(ended))
  }
  return add(tally, await runTests('boundaries', ['tests/boundaries.test.ts']))
}
