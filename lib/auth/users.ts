import type { AccessRole } from '#config/effective.ts'
import { conflict, notFound, Problem } from '#lib/runtime/problem.ts'
import type { Makers, TokenChange } from './makers.ts'
import { type Passwords, passwordFault } from './passwords.ts'
import type { AuthParts } from './ports.ts'
import { digestOf } from './secrets.ts'

export interface User {
  readonly name: string
  readonly role: AccessRole
  /** Those of the configuration file are changed there. */
  readonly source: 'config' | 'database'
  readonly passwordHash: string
  /** Epoch ms; null for those of the configuration. */
  readonly createdAt: number | null
}

interface NewUser {
  readonly name: string
  readonly role: AccessRole
  readonly password: string
}

/** Users of the configuration and of the database; where a name is in both, the configuration counts. */
export interface Users {
  find(name: string): Promise<User | null>
  list(): Promise<readonly User[]>
  /** @throws Problem 409 USER_EXISTS, 422 VALIDATION */
  add(user: NewUser): Promise<User>
  /** The admin of the set-up: only while there is no user at all. @throws as `add`, 409 SETUP_DONE */
  addFirst(user: Omit<NewUser, 'role'>): Promise<User>
  /** With another password all sessions end. @throws Problem 404 NO_SUCH_USER, 409 IN_CONFIG, LAST_ADMIN, 422 */
  change(name: string, change: { readonly role?: AccessRole; readonly password?: string }): Promise<ChangedUser>
  /** With its sessions and tokens. @returns the tokens that are revoked @throws Problem 404, 409 */
  remove(name: string): Promise<readonly TokenChange[]>
}

interface ChangedUser extends User {
  /** Tokens of theirs that are less, or more, than before. */
  readonly tokens: readonly TokenChange[]
}

const NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/

/** Mark of a password, kept with the sessions that it opened. */
export function credentialOf(user: Pick<User, 'passwordHash'>): string {
  return digestOf(user.passwordHash).slice(0, 16)
}

export function createUsers({ store, config, now }: AuthParts, passwords: Passwords, makers: Makers): Users {
  const configured = (name: string): User | null => {
    const user = config().auth.users.get(name)
    return user === undefined ? null : { name, ...user, source: 'config', createdAt: null }
  }

  async function find(name: string): Promise<User | null> {
    return configured(name) ?? stored(await store.user(name))
  }

  async function list(): Promise<readonly User[]> {
    const here = [...config().auth.users.keys()].map(configured).filter((user) => user !== null)
    const there = (await store.users()).map(stored).filter((user) => user !== null && configured(user.name) === null)
    return [...here, ...there].filter((user) => user !== null).sort((a, b) => a.name.localeCompare(b.name))
  }

  /** In the database, or why it cannot be changed. */
  async function changeable(name: string): Promise<User> {
    const user = await find(name)
    if (user === null) return notFound(`There is no user ${name}.`, 'NO_SUCH_USER')
    if (user.source === 'database') return user
    return conflict(`${name} stands in the configuration under auth.users; change it there and reload.`, 'IN_CONFIG')
  }

  /** Of the configuration, as it is at the moment of the statement. */
  const elsewhere = () => {
    const { users } = config().auth
    return { names: [...users.keys()], hasAdmin: [...users.values()].some(({ role }) => role === 'admin') }
  }

  /** @throws Problem 404, 409 */
  function done(name: string, result: 'changed' | 'removed' | 'missing' | 'last-admin'): void {
    if (result === 'missing') notFound(`There is no user ${name} any more.`, 'NO_SUCH_USER')
    if (result === 'last-admin') conflict(`${name} is the only admin; make another one first.`, 'LAST_ADMIN')
  }

  async function made({ name, role, password }: NewUser) {
    if (!NAME.test(name))
      refused('/name', 'User names are lower-case letters, digits and . _ @ -, beginning with a letter or digit.')
    judge(password, name)
    const at = now()
    return { name, role, passwordHash: await passwords.hash(password), createdAt: at, changedAt: at }
  }

  return {
    find,
    list,
    async add(user) {
      const record = await made(user)
      if (configured(user.name) !== null || !(await store.addUser(record)))
        conflict(`There is a user ${user.name} already.`, 'USER_EXISTS')
      return { ...record, source: 'database' }
    },
    async addFirst(user) {
      const record = await made({ ...user, role: 'admin' })
      if (config().auth.users.size > 0 || !(await store.addFirstUser(record)))
        conflict('The first user was made already; sign in.', 'SETUP_DONE')
      return { ...record, source: 'database' }
    },
    async change(name, { role, password }) {
      const user = await changeable(name)
      if (password !== undefined) judge(password, name)
      const passwordHash = password === undefined ? undefined : await passwords.hash(password)
      const before = role === undefined ? new Map() : await makers.roles()
      done(name, await store.changeUser(name, { role, passwordHash }, now(), elsewhere))
      const tokens = role === undefined ? [] : makers.changes(before, await makers.roles())
      return { ...user, role: role ?? user.role, passwordHash: passwordHash ?? user.passwordHash, tokens }
    },
    async remove(name) {
      await changeable(name)
      const before = await makers.roles()
      done(name, (await store.removeUser(name, now(), elsewhere)).result)
      return makers.changes(before, await makers.roles())
    },
  }
}

function stored(record: (Omit<User, 'source' | 'createdAt'> & { readonly createdAt: number }) | null): User | null {
  if (record === null) return null
  const { name, role, passwordHash, createdAt } = record
  return { name, role, passwordHash, createdAt, source: 'database' }
}

function judge(password: string, name: string): void {
  const fault = passwordFault(password, name)
  if (fault !== null) refused('/password', fault)
}

function refused(pointer: string, detail: string): never {
  throw new Problem(422, 'VALIDATION', detail, { errors: [{ pointer, code: 'IMPOSSIBLE', detail }] })
}
