import { userView } from '#lib/api/access.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { conflict, Problem } from '#lib/runtime/problem.ts'
import type { Services } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'
import { type UserFault, Users } from '#lib/view/access/users.tsx'
import { Page } from '../_page.tsx'

type Context = Services & InvocationContext

interface More {
  readonly chosen?: string | null
  readonly fault?: UserFault
  readonly done?: string
}

/** The users page, also as the answer to one of its forms. */
export async function usersBody(context: Context, { chosen = null, fault, done }: More = {}) {
  const { access } = context
  const sessions = await access.sessions.list(null)
  const line = async ({ name, role, source, createdAt }: ReturnType<typeof userView>) => ({
    ...{ name, role: role.toLowerCase(), isConfigured: source === 'CONFIG', createdAt },
    signedInAt: await lastSignIn(context, name),
    sessions: sessions.filter(({ user }) => user === name).length,
  })
  return (
    <Page context={context} at={null}>
      <Users
        csrf={context.formToken()}
        self={ownName(context)}
        users={await Promise.all((await access.users.list()).map(userView).map(line))}
        chosen={chosen}
        instead={insteadOf(context)}
        fault={fault}
        done={done}
      />
    </Page>
  )
}

interface Asked {
  readonly form: UserFault['form']
  /** Where a refusal that names no field is said; null: above the forms. */
  readonly field: UserFault['field']
  readonly name: string
  readonly typed?: UserFault['typed']
}

/** Does what a form asks; what is refused is said at the field it is about. */
export async function onUsers(
  context: Context,
  { form, field, name, typed = {} }: Asked,
  work: () => Promise<string>,
): Promise<Response> {
  try {
    const done = await work()
    return context.page({ title: 'Users', body: await usersBody(context, { done }) })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const pointed = FIELDS.find((each) => error.errors?.[0]?.pointer === `/${each}`)
    const fault: UserFault = { form, field: pointed ?? field, text: error.detail, typed }
    const chosen = form === 'add' ? null : name
    const said = chosen === null || (await hasForms(context, chosen)) ? fault : { ...fault, field: null }
    return context.page({ title: 'Users', body: await usersBody(context, { chosen, fault: said }), problem: error })
  }
}

/** Of oneself, of those of the configuration and of whoever is gone there is no form that could say it. */
async function hasForms(context: Context, name: string): Promise<boolean> {
  const user = await context.access.users.find(name)
  return user?.source === 'database' && name !== ownName(context)
}

const FIELDS = ['name', 'role', 'password', 'again'] as const

/** @throws Problem 422 that stands at the second field */
export function sameTwice(password: string, again: string): void {
  if (password === again) return
  const detail = 'The two passwords are not the same.'
  throw new Problem(422, 'VALIDATION', detail, { errors: [{ pointer: '/again', code: 'IMPOSSIBLE', detail }] })
}

/** @throws Problem 409: no one takes their own rights away by a slip */
export function notOneself(
  context: Context,
  name: string,
  instead = 'another admin changes your role or removes you',
): void {
  if (name === ownName(context)) conflict(`This is you: ${instead}.`)
}

function ownName({ actor }: Context): string | null {
  return actor.kind === 'session' ? actor.name : null
}

async function lastSignIn({ store }: Context, name: string): Promise<string | null> {
  const { items } = await store.audit({ action: ['login', 'setup'], target: name, result: ['OK'], limit: 1 })
  return items[0] === undefined ? null : iso(items[0].at)
}

/** Where passwords are not asked for. */
function insteadOf({ config }: Context): string | null {
  const { mode, noneRole, proxy } = config.auth
  if (mode === 'none')
    return `Nobody signs in here: the configuration says auth.mode none, and whoever reaches this page has the role ${noneRole}. The users below count as soon as it says password.`
  if (mode === 'proxy')
    return `The proxy in front signs people in (auth.mode proxy): it names them in ${proxy.userHeader}, and auth.proxy.roles makes a role of their groups in ${proxy.groupsHeader}. The users below count as soon as auth.mode says password.`
  return null
}
