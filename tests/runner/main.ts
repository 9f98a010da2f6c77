import { appendFileSync } from 'node:fs'
import { BROWSERS, LANES, runTests, testFiles } from './bun-test.ts'
import { runChecks } from './checks.ts'
import { onInterrupt, wasInterrupted } from './command.ts'
import { notInTheCore, ZFS_TIERS } from './lab.ts'
import { add, failedBecause, NOTHING, neverGreen, type Tally, tallyLine } from './tally.ts'

/** The tiers, in the order in which they are run: quick ones first. */
const TIERS: Readonly<Record<string, () => Promise<Tally>>> = {
  checks: runChecks,
  app: async () =>
    runTests(
      'app',
      await testFiles(['lib', 'config', 'simulator', 'tests'], ['tests/browser/', 'tests/zfs/', 'tests/contrib/real/']),
      {
        lanes: LANES,
      },
    ),
  browser: async () => runTests('browser', await testFiles(['tests/browser']), { lanes: BROWSERS }),
  contrib: async () =>
    neverGreen(
      await runTests('contrib', await testFiles(['tests/contrib/real'])),
      'tests could not run here; the lines above that begin with NOT RUN say why.',
    ),
  ...ZFS_TIERS,
}
/** Words for several tiers. */
const GROUPS: Readonly<Record<string, readonly string[]>> = { all: Object.keys(ZFS_TIERS) }

/**
 * `main.ts TIER…`. Exit code 0: all passed; 1: something failed; 77: nothing failed, but a tier was skipped.
 * For whoever runs this more than once: `ZWITNESS_TALLY` names a file to which one line "passed failed" is added; what
 * failed is added to a file beside it, `….failures`.
 */
async function main(asked: readonly string[]): Promise<number> {
  const words = asked.flatMap((word) => GROUPS[word] ?? [word])
  const unknown = words.filter((word) => TIERS[word] === undefined)
  if (unknown.length > 0 || words.length === 0) {
    console.error(
      `There is no tier "${unknown.join(' ')}". Write one or more of: ${[...Object.keys(TIERS), ...Object.keys(GROUPS)].join(', ')}.`,
    )
    return 2
  }
  onInterrupt((signal) => {
    console.log(`\n${signal}: stopped before the end; what was still to come counts as failed.`)
  })
  let total = NOTHING
  const summary: string[] = []
  for (const [name, run] of Object.entries(TIERS)) {
    if (!words.includes(name)) continue
    console.log(`\n=== ${name} ===`)
    const began = performance.now()
    const begun = wasInterrupted() ? Promise.resolve(failedBecause(`${name}: not begun.`)) : run()
    const tally = await begun.catch((error: unknown) =>
      failedBecause(`the tier ${name} could not be run: ${error instanceof Error ? error.message : error}`),
    )
    summary.push(`${name.padEnd(8)} ${tallyLine(tally)}, ${((performance.now() - began) / 1000).toFixed(1)} s`)
    for (const why of tally.skippedBecause) summary.push(`         SKIPPED: ${why}`)
    total = add(total, tally)
  }
  const failures = total.failures.map((failure) => `FAILED: ${failure}\n`).join('')
  if (failures !== '') console.log(`\n${failures}`)
  const left = await notInTheCore(words)
  if (left.length > 0) summary.push(`Not in the core, not run: ${left.join(' ')} (npm run test:zfs -- all)`)
  console.log(`\n${summary.join('\n')}`)
  if (total.skipped > 0) console.log(`${total.skipped} skipped`)
  console.log(`${total.passed} passed, ${total.failed} failed`)
  const tallyFile = process.env.ZWITNESS_TALLY
  if (tallyFile !== undefined) {
    appendFileSync(tallyFile, `${total.passed} ${total.failed}\n`)
    appendFileSync(`${tallyFile}.failures`, failures)
  }
  if (total.failed > 0) return 1
  // A skipped tier is never green by itself.
  return total.skippedBecause.length > 0 ? 77 : 0
}

process.exitCode = await main(process.argv.slice(2))
