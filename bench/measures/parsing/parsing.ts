import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figure, type Measure, median, spreadOf } from '../../measure.ts'
import { writeListing } from './listing.ts'

/** A million lines of two sides, read and compared. */
export const parsing: Measure = {
  name: 'parsing',
  about:
    'A process of its own reads a million lines of `zfs list` as 1,000 datasets, as text from a pipe would be, and compares ' +
    'each with a copy of itself; beside `wc -l` and `sort -u` on the same bytes. Memory is the most that the process ever had.',
  async run({ quick }) {
    const size = quick ? { datasets: 100, snapshots: 1000 } : { datasets: 1000, snapshots: 1000 }
    const directory = mkdtempSync(join(tmpdir(), 'zw-bench-'))
    try {
      const file = join(directory, 'listing')
      const bytes = await writeListing(file, size)
      const tools: number[] = []
      const ours: Parsed[] = []
      for (let turn = 0; turn < (quick ? 1 : 3); turn++) {
        const began = performance.now()
        Bun.spawnSync(['sh', '-c', 'wc -l < "$1" > /dev/null; LC_ALL=C sort -u "$1" > /dev/null', 'sh', file])
        tools.push((performance.now() - began) / 1000)
        ours.push(await parsed(file, size.datasets))
      }
      const lines = size.datasets * size.snapshots
      const all = ours.map(({ parse, compare }) => parse + compare)
      const against = `wc -l + sort -u of the same ${(bytes / 1e6).toFixed(0)} MB: ${median(tools).toFixed(2)} s`
      const figures: Figure[] = [
        {
          what: `parse and compare ${lines.toLocaleString('en')} snapshot lines`,
          value: median(all),
          spread: spreadOf(all),
          unit: 's',
          against,
          goal: quick ? null : { atMost: 2 },
          ifMissed: 'One thread reads the lines; a worker for each host would share them out.',
        },
        { what: 'of it parsing', value: median(ours.map(({ parse }) => parse)), unit: 's', against: '', goal: null },
        { what: 'the same, beside the tools', value: median(all) / median(tools), unit: 'ratio', against, goal: null },
        {
          what: 'most memory of the process',
          value: Math.max(...ours.map(({ peakMb }) => peakMb)),
          unit: 'MB',
          against: `the text itself is ${(bytes / 1e6).toFixed(0)} MB of it`,
          goal: quick ? null : { atMost: 500 },
          ifMissed:
            'Two objects a line, the entry and what the comparison looks it up by, before the collector has run; smaller pieces would reach it.',
        },
      ]
      return figures
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
}

interface Parsed {
  /** Seconds. */
  readonly parse: number
  readonly compare: number
  readonly peakMb: number
}

async function parsed(file: string, datasets: number): Promise<Parsed> {
  const program = join(import.meta.dir, 'parse-and-compare.ts')
  const child = Bun.spawn([process.execPath, program, file, String(datasets)], { stdout: 'pipe', stderr: 'pipe' })
  const [said, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`Parsing failed: ${complaint}`)
  const peakMb = Number(child.resourceUsage()?.maxRSS ?? Number.NaN) / 1e6
  return { ...(JSON.parse(said) as Pick<Parsed, 'parse' | 'compare'>), peakMb }
}
