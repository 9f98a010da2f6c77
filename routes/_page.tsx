import type { ComponentChildren } from 'preact'
import LiveBar from '#islands/live-bar.tsx'
import ZoneSwitch from '#islands/zone-switch.tsx'
import { auditFault } from '#lib/api/audit.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Island } from '#lib/runtime/page.tsx'
import type { Services } from '#lib/services.ts'
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
  const facts = factsOf(context)
  return (
    <Layout
      facts={facts}
      at={at}
      user={user ?? (facts.actor !== null && <Who name={facts.actor} role={facts.role} />)}
      live={facts.actor !== null && <Island of={LiveBar} with={{}} />}
      foot={<Island of={ZoneSwitch} with={{}} />}
    >
      {children}
    </Layout>
  )
}

function Who({ name, role }: { readonly name: string; readonly role: string }) {
  return (
    <a class="who" href="/account" title={`${name} has the role ${role}: sessions, tokens, signing out`}>
      {name} <span class="tag">{role}</span>
    </a>
  )
}

function factsOf(context: Services & InvocationContext): PageFacts {
  const { config, actor, about, access, now } = context
  return {
    zone: config.scheduler.timezone,
    now: now(),
    role: actor.role,
    actor: actor.role === 'none' ? null : actor.name,
    demo: about.demo,
    version: about.version,
    auditFault: actor.role === 'none' ? null : auditFault(access.auditChecks.last()),
  }
}
