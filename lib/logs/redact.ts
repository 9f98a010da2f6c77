export const MASK = '•••'
/** A shorter "secret" would mask parts of ordinary words everywhere. */
const SHORTEST = 4

export interface Redactor {
  /** From now on this text is masked wherever it appears. False: too short to be masked without harm, nothing was registered. */
  add(secret: string): boolean
  apply(text: string): string
}

export function createRedactor(): Redactor {
  // Longest first: a secret that contains another one must not leave its rest behind.
  let forms: readonly string[] = []
  return {
    add(secret) {
      const lines = secret.split(/\r\n|\r|\n/).filter((line) => line.length >= SHORTEST)
      // Key files have many lines, and stderr may quote one of them; in addresses a secret stands percent-encoded.
      const added = [secret, ...lines].filter((form) => form.trim().length >= SHORTEST)
      const all = new Set([...forms, ...added, ...added.map((form) => encodeURIComponent(form.toWellFormed()))])
      forms = [...all].sort((a, b) => b.length - a.length)
      return added.length > 0
    },
    apply(text) {
      let masked = text
      for (const form of forms) masked = masked.replaceAll(form, MASK)
      return masked
    },
  }
}
