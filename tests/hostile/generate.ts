import { Random } from '#tests/bed/random.ts'
import { LIES } from './lies.ts'
import { ON_SAN } from './on-san.ts'
import { WAITS } from './san.ts'
import { type Deed, LOOKS_A_SCRIPT, type LookScript, type Script } from './script.ts'
import { STREAMS } from './transfers.ts'
import { WIRE } from './wire.ts'

const WORLDS = 4

const GROUPS: readonly { readonly deeds: readonly string[]; readonly share: number }[] = [
  { deeds: Object.keys(LIES), share: 0.56 },
  { deeds: Object.keys(WIRE), share: 0.18 },
  { deeds: Object.keys(ON_SAN), share: 0.14 },
  { deeds: Object.keys(STREAMS), share: 0.08 },
  { deeds: WAITS, share: 0.04 },
]

/** Every kind of thing that it can do. */
export const ALL_DEEDS: readonly string[] = GROUPS.flatMap(({ deeds }) => deeds)

function anyDeed(random: Random): Deed {
  let at = random.next()
  for (const { deeds, share } of GROUPS) {
    if (at < share) return { deed: random.pick(deeds), seed: random.int(2 ** 31) }
    at -= share
  }
  return { deed: 'cell', seed: random.int(2 ** 31) }
}

export function generate(seed: number, looks = LOOKS_A_SCRIPT): Script {
  const random = new Random(seed ^ 0x405711e)
  return {
    seed,
    world: seed % WORLDS,
    looks: Array.from({ length: looks }, (): LookScript => {
      const role = random.pick(['backup', 'primary', 'both'] as const)
      const deeds = Array.from({ length: 1 + random.int(4) }, () => anyDeed(random))
      return { role, deeds }
    }),
  }
}
