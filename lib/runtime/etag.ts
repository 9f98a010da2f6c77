/** Strong tag of exactly these bytes. */
export function etagOf(body: string | Uint8Array): string {
  return `"${new Bun.CryptoHasher('sha256').update(body).digest('hex').slice(0, 32)}"`
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2): a proxy that compresses adds `W/`. */
export function matches(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false
  if (ifNoneMatch.trim() === '*') return true
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '')
  return ifNoneMatch.split(',').some((tag) => bare(tag) === bare(etag))
}
