export const SHORTEST_PASSWORD = 10
export const LONGEST_PASSWORD = 200

/** Null, or what is wrong with it. */
export function passwordFault(password: string, name: string): string | null {
  if (password.length < SHORTEST_PASSWORD)
    return `The password is too short; take at least ${SHORTEST_PASSWORD} characters, for example three words.`
  if (password.length > LONGEST_PASSWORD) return `The password is longer than ${LONGEST_PASSWORD} characters.`
  if (password.toLowerCase() === name || new Set(password).size < 4)
    return 'The password is too easy to guess; take for example three words.'
  return null
}
