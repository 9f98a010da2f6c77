import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from './command.ts'
import { type JunitReport, junitReport } from './junit.ts'
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

/**
 * Which files take long (ms on a quiet machine), so that the slowest begin first. It decides nothing else.
 * `UPDATE_TIMINGS=1 npm test` measures anew.
 */
const TIMINGS = 'tests/runner/timings.json'
const UPDATE = process.env.UPDATE_TIMINGS === '1' ? ['--update-timings'] : []

export interface TestsOptions {
  readonly env?: Readonly<Record<string, string>>
  /** The most that one test may take where it does not say otherwise. Default 2: long on the busiest machine. */
  readonly testMinutes?: number
  /** So many files at a time, each in one of as many processes. Default 1. */
  readonly lanes?: number
}

/** A file waits about a third of its time (for ssh, a browser, a limit), so there is one lane more than processors. */
export const LANES = availableParallelism() + 1
/** A browser alone keeps more than one processor busy. */
export const BROWSERS = Math.max(1, LANES - 1)

/** `bun test` over exactly these files; counted from its own report, and never greener than its exit code. */
export async function runTests(
  title: string,
  files: readonly string[],
  { env, testMinutes = 2, lanes = 1 }: TestsOptions = {},
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
        ...(lanes > 1 ? [`--parallel=${lanes}`, '--no-isolate', `--timings=${TIMINGS}`, ...UPDATE] : []),
        ...files.map((file) => `./${file}`),
      ],
      // What a test that was killed left behind goes with the report.
      { env: { TMPDIR: directory, ...env }, minutes: TIER_MINUTES },
    )
    const { tally, why } = judge(files, code, await readReport(report))
    const besides = why.map((sentence) => `${title}: ${sentence}`)
    for (const sentence of besides) console.log(`FAILED: ${sentence}`)
    return { ...tally, failures: [...tally.failures, ...besides] }
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

async function readReport(path: string): Promise<JunitReport | null> {
  const file = Bun.file(path)
  return (await file.exists()) ? junitReport(await file.text()) : null
}

/** What a run amounts to: `why` says what counts as failed besides the failed tests. Exported for its test. */
export function judge(
  files: readonly string[],
  code: number,
  report: JunitReport | null,
): { readonly tally: Tally; readonly why: readonly string[] } {
  if (report === null) {
    return { tally: { ...NOTHING, failed: 1 }, why: [`bun test ended with ${code} and wrote no report.`] }
  }
  const failed = report.failures + report.errors
  const why = files.filter((file) => !report.files.has(file)).map((file) => `${file} did not run.`)
  if (code !== 0 && failed === 0 && why.length === 0) why.push(`bun test ended with ${code} though no test failed.`)
  if (report.tests === 0 && why.length === 0) why.push('no test ran.')
  const passed = report.tests - failed - report.skipped
  const unsaid = failed - report.failed.length
  const failures = unsaid > 0 ? [...report.failed, `${unsaid} more, told further up.`] : report.failed
  return { tally: { ...NOTHING, passed, failed: failed + why.length, skipped: report.skipped, failures }, why }
}
