import type { Handler } from 'hono'
import type { Assets } from './assets.ts'
import { matches } from './etag.ts'
import type { AppEnv } from './exchange.ts'

/** A name with the content's hash in it never changes; a plain name is asked for again each time. */
export function assetHandler(assets: Assets): Handler<AppEnv> {
  return async (c, next) => {
    const asset = assets.find(c.req.path)
    if (!asset) return next()
    c.set('route', asset.immutable ? '/assets/*' : c.req.path)
    const headers = {
      'Content-Type': asset.type,
      'Cache-Control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      ETag: asset.etag,
    }
    if (matches(c.req.header('if-none-match') ?? null, asset.etag)) return new Response(null, { status: 304, headers })
    return new Response(asset.body, { headers })
  }
}
