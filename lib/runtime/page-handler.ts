import type { Handler } from 'hono'
import { accessOf } from './actor.ts'
import { type AppEnv, DEFAULT_TIMEOUT, runHandler } from './exchange.ts'
import type { AppOptions } from './http.ts'
import { pathAndQuery } from './request-url.ts'
import { admit, inputOf } from './route-handler.ts'
import { signInInstead } from './sign-in.ts'
import type { LoadedPage } from './tree.ts'

export function pageHandler(page: LoadedPage, options: AppOptions): Handler<AppEnv> {
  const { definition } = page
  return async (c) => {
    try {
      const { actor } = await admit(c, page, accessOf(definition, 'GET'), options)
      const input = await inputOf(c, page, 'GET')
      return await runHandler(c, actor, { ...options, timeout: DEFAULT_TIMEOUT }, async (context) => {
        const body = await definition.render(input, context)
        if (body instanceof Response) return body
        const { title: named } = definition
        const title = typeof named === 'function' ? await named(input, context) : named
        return context.page({ title, body })
      })
    } catch (error) {
      const { pathname, search } = pathAndQuery(c.req.url)
      return signInInstead(error, { path: page.path, next: pathname + search, hooks: options.hooks })
    }
  }
}
