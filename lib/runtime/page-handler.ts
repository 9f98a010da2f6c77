import type { Handler } from 'hono'
import { accessOf } from './actor.ts'
import { type AppEnv, DEFAULT_TIMEOUT, runHandler } from './exchange.ts'
import type { AppOptions } from './http.ts'
import { renderDocument } from './page.tsx'
import { Problem } from './problem.ts'
import { admit, inputOf } from './route-handler.ts'
import type { LoadedPage } from './tree.ts'

export function pageHandler(page: LoadedPage, options: AppOptions): Handler<AppEnv> {
  const { definition } = page
  return async (c) => {
    try {
      const actor = await admit(c, page, accessOf(definition, 'GET'), options)
      const input = await inputOf(c, page, 'GET')
      return await runHandler(c, actor, { ...options, timeout: DEFAULT_TIMEOUT }, async (context) => {
        const body = await definition.render(input, context)
        if (body instanceof Response) return body
        const { title: named } = definition
        const title = typeof named === 'function' ? await named(input, context) : named
        return renderDocument({ title, body, assets: options.assets, document: options.document })
      })
    } catch (error) {
      const login = options.loginPath
      if (login && error instanceof Problem && error.status === 401 && page.path !== login) {
        const { pathname, search } = new URL(c.req.url)
        return new Response(null, {
          status: 303,
          headers: { Location: `${login}?next=${encodeURIComponent(pathname + search)}` },
        })
      }
      throw error
    }
  }
}
