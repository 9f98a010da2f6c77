import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figure, Measure } from '../../measure.ts'
import { type Deed, type Sizes, writeWorld } from './world.ts'

const ALL: Sizes = { pairs: 3_000_000, rows: 3_000_000, looks: 40, rowsALook: 50_000 }
const QUICK: Sizes = { pairs: 100_000, rows: 100_000, looks: 4, rowsALook: 5_000 }

/** What a SAN that answers whatever it likes costs the service, and everybody else. */
export const hostile: Measure = {
  name: 'hostile',
  about:
    'A process of its own reads a hostile host, and a good one over and over meanwhile, through an `ssh` that runs its words ' +
    'in a local shell: nothing slows down what the host says. Memory is the most of the process above what it had before; ' +
    'delay is how much longer the slowest reading of the good host took than the median of seven before.',
  async run({ quick }) {
    const sizes = quick ? QUICK : ALL
    const count = (value: number) => value.toLocaleString('en')
    const deeds: readonly (readonly [Deed, string])[] = [
      ['markers', `${count(sizes.pairs)} forged pairs of markers on stderr`],
      ['rows', `${count(sizes.rows)} snapshots of 6 datasets`],
      ['spread', `${count(sizes.rows)} snapshots of 100 datasets, no name twice`],
      ['guids', `another guid at each of ${sizes.looks} looks, ${count(sizes.rowsALook)} snapshots`],
      ['banner', '64 KiB of noise before the login'],
    ]
    const figures: Figure[] = []
    for (const [deed, what] of deeds) {
      const cost = await costOf(deed, sizes)
      const against = `${cost.took.toFixed(1)} s in all; read as: ${cost.said.join(', ')}; loop late by ${(cost.late * 1000).toFixed(0)} ms at most; ${cost.stays.toFixed(0)} MB stay`
      figures.push(
        {
          what: `${what}: memory`,
          value: cost.most,
          unit: 'MB',
          against,
          goal: quick ? null : { atMost: 150 },
          ifMissed:
            'Every snapshot that is read is an object of 150 to 300 bytes for as long as its listing holds, as for an honest host; the rest waits for the collector. Listings kept as packed columns would take a fifth.',
        },
        {
          what: `${what}: delay of the others`,
          value: cost.delay,
          unit: 's',
          against: '',
          goal: quick ? null : { atMost: 2 },
        },
      )
    }
    return figures
  },
}

interface Cost {
  /** MB. */
  readonly most: number
  readonly stays: number
  /** Seconds. */
  readonly delay: number
  readonly late: number
  readonly took: number
  /** What came of the hostile host, or of its datasets. */
  readonly said: readonly string[]
}

async function costOf(deed: Deed, sizes: Sizes): Promise<Cost> {
  const directory = mkdtempSync(join(tmpdir(), 'zwh-'))
  try {
    writeWorld(directory, deed, sizes)
    Bun.spawnSync(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'key')])
    const program = join(import.meta.dir, 'look.ts')
    const looks = deed === 'guids' ? sizes.looks : 1
    const child = Bun.spawn([process.execPath, program, directory, deed, String(looks)], {
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [said, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    if ((await child.exited) !== 0) throw new Error(`Reading the hostile host failed: ${complaint}`)
    return JSON.parse(said) as Cost
  } finally {
    rmSync(directory, { recursive: true })
  }
}
