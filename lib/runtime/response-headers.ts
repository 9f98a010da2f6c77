/** No inline script or style anywhere, so no nonce is needed. No HSTS: whether there is TLS is the proxy's business. */
const SECURITY: readonly (readonly [string, string])[] = [
  [
    'Content-Security-Policy',
    [
      "default-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ].join('; '),
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'same-origin'],
  ['X-Frame-Options', 'DENY'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
]

export const API_VERSION = '1'

/** Sets what every answer carries; a handler's own Cache-Control stays. */
export function finishHeaders(headers: Headers, path: string, requestId: string): void {
  for (const [name, value] of SECURITY) headers.set(name, value)
  headers.set('X-Request-Id', requestId)
  if (path === '/api' || path.startsWith('/api/')) headers.set('API-Version', API_VERSION)
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
}

/** A client's id is used when it cannot break a log line or a header; else a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id')
  return given !== null && /^[A-Za-z0-9._:-]{1,128}$/.test(given) ? given : Bun.randomUUIDv7()
}
