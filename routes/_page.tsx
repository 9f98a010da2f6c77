import type { ComponentChildren } from 'preact'
import type { InvocationContext } from '#lib/runtime/index.ts'
import type { Services } from '#lib/service-types.ts'
import { Layout, type Place } from '#lib/view/layout.tsx'
import type { PageFacts } from '#lib/view/page-facts.ts'

interface Props {
  readonly context: Services & InvocationContext
  readonly at: Place | null
  /** Beside the live indicator: who is signed in. */
  readonly user?: ComponentChildren
  readonly children: ComponentChildren
}

/** The frame of every page, put together from the request's context. */
export function Page({ context, at, user, children }: Props) {
  return (
    <Layout facts={factsOf(context)} at={at} user={user}>
      {children}
    </Layout>
  )
}

export function factsOf(context: Services & InvocationContext): PageFacts {
  const { config, actor, about, now } = context
  return {
    zone: config.scheduler.timezone,
    now: now(),
    role: actor.role,
    actor: actor.role === 'none' ? null : actor.name,
    demo: about.demo,
    version: about.version,
  }
}
