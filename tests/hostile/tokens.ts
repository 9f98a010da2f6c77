import { encodeToken } from '#simulator/stream/token.ts'
import type { Random } from '#tests/bed/random.ts'
import type { HonestSnapshot } from './answer.ts'
import { LINES, linesOf, nameOn } from './names.ts'

type Snapshots = (host: string, dataset: string) => readonly HonestSnapshot[]

const NONE: readonly string[] = ['1-0-0-00', '-', '1-ffff-1-zz', `1-1-1-${'ab'.repeat(9000)}`, 'token']

/** A token of its own making, for a dataset of it or for any other: what it could well be waiting for, of any snapshot, with any flags, or no token at all. */
export function anyToken(random: Random, dataset: string, snapshots: Snapshots): string {
  const own = linesOf('x', dataset)
  const line = own.length > 0 && random.chance(0.7) ? random.pick(own) : random.pick(LINES)
  const source = nameOn(line.primary, line)
  const all = snapshots(line.primary, source)
  if (all.length === 0 || random.chance(0.15)) return random.pick(NONE)
  const has = new Set(snapshots('x', dataset).map(({ guid }) => guid))
  const base = all.findLastIndex(({ guid }) => has.has(guid))
  const fits = base >= 0 && base < all.length - 1 && random.chance(0.7)
  const to = fits ? all.length - 1 : random.int(all.length)
  const from = fits ? base : random.int(to + 1)
  return encodeToken({
    fromGuid: from === to ? null : (all[from]?.guid ?? null),
    bytes: random.pick([0, 1, 4096, 2 ** 40, Number.MAX_SAFE_INTEGER]),
    toGuid: all[to]?.guid ?? '1',
    toName: `${source}@${all[to]?.name}`,
    flags: {
      raw: random.chance(0.5),
      large: random.chance(0.7),
      embedded: random.chance(0.3),
      compressed: random.chance(0.7),
    },
  })
}
