import { createHmac } from 'node:crypto'
import { costOf, USUAL_COST } from '#config/password-cost.ts'

/**
 * A hash for a name that is not there, which no password fits. It costs what one of the users' hashes costs, the same one for
 * a name each time: with hashes of several costs, how long a refusal takes still tells nothing.
 */
export function decoyOf(name: string, hashes: readonly string[]): string {
  const marked = hashes
    .map((hash) => ({ cost: costOf(hash) ?? USUAL_COST, mark: markOf(hash, name) }))
    .sort((a, b) => a.mark.compare(b.mark))
  // With nobody there is nothing to tell either.
  const { cost, mark } = marked[0] ?? { cost: USUAL_COST, mark: markOf('nobody', name) }
  const salt = createHmac('sha256', mark).update('salt').digest()
  return `$argon2id$v=19$${cost}$${base64(salt)}$${base64(mark)}`
}

/** Nobody can compute it who has not the hash. */
function markOf(hash: string, name: string): Buffer {
  return createHmac('sha256', hash).update(name).digest()
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
