import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare } from '#lib/replication/compare.ts'
import { parseSnapshotListing } from '#lib/zfs/listing.ts'
import type { DatasetFacts } from '#lib/zfs/types.ts'
import type { Measure } from '../measure.ts'

const DATASETS = 1000
const SNAPSHOTS = 1000

/** A million lines of two sides, read and compared, beside `wc -l` and `sort -u` on the same bytes. */
export const parsing: Measure = {
  name: 'parsing',
  async run() {
    const names = Array.from({ length: DATASETS }, (_, index) => `tank/data/vm-${index}`)
    const lines: string[] = []
    for (const [index, name] of names.entries()) {
      for (let number = 0; number < SNAPSHOTS; number++) {
        const guid = (1_000_003n * BigInt(index + 1) + BigInt(number) * 7_919_000_000_003n).toString()
        lines.push(
          `${name}@auto-2026-01-01_00-00-${number}\tsnapshot\t${guid}\t${1000 + number}\t${1_700_000_000 + number}\t0\n`,
        )
      }
    }
    const text = lines.join('')
    lines.length = 0
    const directory = mkdtempSync(join(tmpdir(), 'zw-bench-'))
    try {
      const file = join(directory, 'listing')
      await Bun.write(file, text)
      let began = performance.now()
      Bun.spawnSync(['sh', '-c', 'wc -l < "$1" > /dev/null; LC_ALL=C sort -u "$1" > /dev/null', 'sh', file])
      const tools = performance.now() - began
      began = performance.now()
      const listing = parseSnapshotListing(text, names)
      if (listing.fault !== null) throw new Error(listing.fault.reason)
      const parsed = performance.now() - began
      for (const name of names) {
        const side = listing.datasets.get(name)
        if (side === undefined) throw new Error(name)
        const present = { state: 'present' as const, facts: facts(name), ...side }
        const { behind } = compare(present, present, { include: [], exclude: [], minAgeSeconds: 0 }, 2_000_000_000)
        if (behind.length > 0) throw new Error(`${name} is behind itself.`)
      }
      const all = performance.now() - began
      const against = `wc -l + sort -u of the same ${(text.length / 1e6).toFixed(0)} MB: ${(tools / 1000).toFixed(2)} s`
      return [
        {
          what: 'parse and compare 1,000,000 snapshot lines',
          value: all / 1000,
          unit: 's',
          against,
          goal: { atMost: 2 },
        },
        { what: 'of it parsing', value: parsed / 1000, unit: 's', against: '', goal: null },
        { what: 'the same, beside the tools', value: all / tools, unit: 'ratio', against, goal: null },
        {
          what: 'memory of the process afterwards, the text in it',
          value: process.memoryUsage().rss / 1e6,
          unit: 'MB',
          against: '',
          goal: null,
        },
      ]
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
}

function facts(name: string): DatasetFacts {
  return {
    name,
    type: 'filesystem',
    guid: '1',
    createtxg: 1n,
    origin: null,
    snapshotsChanged: null,
    receiveResumeToken: null,
    written: 0,
    used: 0,
    referenced: 0,
    available: 0,
    readonly: true,
    mounted: false,
    encryption: 'off',
    encryptionRoot: null,
    keyStatus: null,
  }
}
