import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits as 43 characters that need no quoting in a cookie or an address. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a secret: SHA-256, hex. Enough for secrets with full entropy; passwords take argon2id. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Takes the same time wherever they differ. */
export function sameText(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(left), 'hex'), Buffer.from(digestOf(right), 'hex'))
}

/** A text that only somebody with the secret can make, and that does not tell the secret. */
export function derived(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(purpose).digest('base64url')
}
