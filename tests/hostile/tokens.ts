import { encodeToken } from '#lib/simulator/stream/token.ts'
import type { Random } from '#tests/bed/random.ts'
import type { HonestSnapshot } from './answer.ts'
import { LINES, nameOn } from './names.ts'

/** A token of its own making: of any snapshot, with any flags, or no token at all. */
export function anyToken(random: Random, snapshots: (host: string, dataset: string) => readonly HonestSnapshot[]): string {
  const line = random.pick(LINES)
  const dataset = nameOn(line.primary, line)
  const all = snapshots(line.primary, dataset)
  if (all.length === 0 || random.chance(0.15)) return random.pick(['1-0-0-00', '-', '1-ffff-1-zz', `1-1-1-${'ab'.repeat(9000)}`, 'token'])
  const to = random.int(all.length)
  const from = random.int(to + 1)
  return encodeToken({
    fromGuid: from === to ? null : (all[from]?.guid ?? null),
    bytes: random.pick([0, 1, 4096, 2 ** 40, Number.MAX_SAFE_INTEGER]),
    toGuid: all[to]?.guid ?? '1',
    toName: `${dataset}@${all[to]?.name}`,
    flags: { raw: random.chance(0.5), large: random.chance(0.5), embedded: random.chance(0.5), compressed: random.chance(0.5) },
  })
}
