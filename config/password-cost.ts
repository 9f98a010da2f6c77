/** What it costs to check a password, for whoever signs in and for whoever guesses: one ruler for every hash that is made. */
export const PASSWORD_COST = { algorithm: 'argon2id', memoryCost: 65_536, timeCost: 2 } as const
/** As it is written in a hash: KiB of memory, rounds, lanes. */
export const USUAL_COST = `m=${PASSWORD_COST.memoryCost},t=${PASSWORD_COST.timeCost},p=1`

/** More would let a few strangers take the memory of the machine: 1 GiB. */
const MOST_KIB = 1_048_576
const MOST_ROUNDS = 32
const MOST_LANES = 16

const HASH = /^\$argon2id\$v=19\$(m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,3}))\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** The cost of an argon2id hash, as it is written there; null: it is none that could be checked. */
export function costOf(hash: string): string | null {
  const [, cost = '', kib, rounds, lanes, salt = '', digest = ''] = HASH.exec(hash) ?? []
  const sound = Number(rounds) >= 1 && Number(lanes) >= 1 && Number(kib) >= 1
  return sound && bytesOf(salt) >= 8 && bytesOf(digest) >= 8 ? cost : null
}

/** Would one attempt take more than a machine has to spare? */
export function isTooDear(cost: string): boolean {
  const [kib = 0, rounds = 0, lanes = 0] = cost.split(',').map((part) => Number(part.slice(2)))
  return kib > MOST_KIB || rounds > MOST_ROUNDS || lanes > MOST_LANES
}

/** Of base64 without padding; 0 where it is none. */
function bytesOf(text: string): number {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64').replace(/=+$/, '') === text ? bytes.length : 0
}
