import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Measure } from '../measure.ts'
import { ROOT } from '../results.ts'

/** Written by `npm run test:image`. */
const SIZE_FILE = join(ROOT, '.cache', 'image', 'size.json')

interface Size {
  /** Bytes. */
  readonly gzip: number
  readonly zstd: number
  readonly onDisk: number
}

/** Building an image takes minutes and root: its size is read from the last one that was built here. */
export const image: Measure = {
  name: 'image',
  about: 'The sum of its layers as a registry keeps them, from the last `npm run test:image` on this checkout.',
  async run() {
    const size = existsSync(SIZE_FILE) ? (JSON.parse(readFileSync(SIZE_FILE, 'utf8')) as Size) : null
    return [
      {
        what: 'size of the image, compressed (gzip)',
        value: size === null ? null : size.gzip / 1e6,
        unit: 'MB',
        against:
          size === null
            ? 'NOT MEASURED: no image was built here; run `npm run test:image` first'
            : `zstd ${mb(size.zstd)}, on a disk ${mb(size.onDisk)}`,
        goal: { atMost: 130 },
        ifMissed: 'Bun alone is most of it; a static build without its extras would reach it.',
      },
    ]
  },
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
