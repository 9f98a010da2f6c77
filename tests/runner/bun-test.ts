import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from './command.ts'
import { type JunitCounts, junitCounts } from './junit.ts'
import { failedBecause, NOTHING, type Tally } from './tally.ts'

/** Every tier together stays below an hour and a half. */
const TIER_MINUTES = 75

/** Test files below the folders, sorted, without those below `leaveOut`. */
export async function testFiles(folders: readonly string[], leaveOut: readonly string[] = []): Promise<string[]> {
  const found: string[] = []
  for (const folder of folders) {
    const glob = new Bun.Glob(`${folder}/**/*.test.{ts,tsx}`)
    for await (const path of glob.scan('.')) if (!leaveOut.some((start) => path.startsWith(start))) found.push(path)
  }
  return found.sort()
}

/** `bun test` over exactly these files; counted from its own report, and never greener than its exit code. */
export async function runTests(
  title: string,
  files: readonly string[],
  { env, testMinutes = 0.5 }: { readonly env?: Readonly<Record<string, string>>; readonly testMinutes?: number } = {},
): Promise<Tally> {
  if (files.length === 0) return failedBecause(`${title}: there are no test files.`)
  const directory = await mkdtemp(join(tmpdir(), 'zw-tests-'))
  const report = join(directory, 'report.xml')
  try {
    const code = await command(
      [
        process.execPath,
        '--no-orphans',
        'test',
        `--timeout=${Math.round(testMinutes * 60_000)}`,
        '--reporter=junit',
        `--reporter-outfile=${report}`,
        ...files.map((file) => `./${file}`),
      ],
      { env, minutes: TIER_MINUTES },
    )
    return judge(title, code, await readReport(report))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function readReport(path: string): Promise<JunitCounts | null> {
  const file = Bun.file(path)
  return (await file.exists()) ? junitCounts(await file.text()) : null
}

/** Exported for its test. */
export function judge(title: string, code: number, counts: JunitCounts | null): Tally {
  if (counts === null) return failedBecause(`${title}: bun test ended with ${code} and wrote no report.`)
  const failed = counts.failures + counts.errors
  const tally = { ...NOTHING, passed: counts.tests - failed - counts.skipped, failed, skipped: counts.skipped }
  // A file that cannot be loaded, or an error between tests, is in the exit code alone.
  if (code !== 0 && failed === 0) {
    return {
      ...tally,
      failed: failedBecause(`${title}: bun test ended with ${code} though no single test failed.`).failed,
    }
  }
  if (counts.tests === 0) return failedBecause(`${title}: no test ran.`)
  return tally
}
