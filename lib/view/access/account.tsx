import type { SessionView } from '#lib/api/session.ts'
import type { TokenView } from '#lib/api/token.ts'
import { Fault, Field, PostForm } from './form-parts.tsx'
import { SessionList } from './session-list.tsx'
import { NewTokenForm, TokenList } from './token-list.tsx'

export interface AccountProps {
  readonly csrf: string
  readonly name: string
  readonly role: string
  /** How they are signed in. */
  readonly kind: string
  /** Null: the password is not kept in the database. */
  readonly mayChangePassword: boolean
  readonly sessions: readonly SessionView[]
  /** Null: needs the admin role. */
  readonly tokens: readonly TokenView[] | null
  /** A token that was just made: shown this once. */
  readonly made?: { readonly name: string; readonly token: string } | null
  readonly fault?: string | null
  readonly done?: string | null
}

export function Account(props: AccountProps) {
  const { csrf, name, role, kind, sessions, tokens, made = null, fault = null, done = null } = props
  return (
    <div class="stack">
      <div class="row between">
        <h1>
          {name} <span class="tag">{role}</span>
        </h1>
        {kind === 'session' && (
          <PostForm action="/logout" csrf={csrf} inline>
            <button class="button" type="submit">
              Sign out
            </button>
          </PostForm>
        )}
      </div>
      <Fault text={fault} />
      {done !== null && (
        <p class="note good" role="status">
          {done}
        </p>
      )}
      {made !== null && <MadeToken {...made} />}
      <SessionList csrf={csrf} sessions={sessions} kind={kind} />
      <Password {...props} />
      {tokens === null ? (
        <section class="card">
          <h2>API tokens</h2>
          <p>Needs the admin role.</p>
        </section>
      ) : (
        <section class="card stack">
          <h2>API tokens</h2>
          <TokenList csrf={csrf} tokens={tokens} />
          <NewTokenForm csrf={csrf} />
        </section>
      )}
      {role === 'admin' && (
        <p>
          <a href="/users">Users</a>: who may sign in, and as what.
        </p>
      )}
      {role !== 'viewer' && (
        <p>
          <a href="/audit">The audit</a>: who did what.
        </p>
      )}
    </div>
  )
}

function MadeToken({ name, token }: { readonly name: string; readonly token: string }) {
  return (
    <section class="note good" role="status">
      <div>
        <p>The token {name}. Copy it now: it is not kept and will not be shown again.</p>
        <pre class="command">
          <code>{token}</code>
        </pre>
        <p>
          Programs send <code>Authorization: Bearer …</code>, the command line takes <code>ZWITNESS_TOKEN</code>.
        </p>
      </div>
    </section>
  )
}

function Password({ csrf, kind, mayChangePassword }: AccountProps) {
  if (kind !== 'session') return null
  return (
    <section class="card stack">
      <h2>Password</h2>
      {mayChangePassword ? (
        <PostForm action="/account/password" csrf={csrf}>
          <Field label="Present password" name="current" type="password" complete="current-password" />
          <Field
            label="New password"
            name="password"
            type="password"
            complete="new-password"
            hint="At least 10 characters. All your other sessions end."
          />
          <Field label="New password once more" name="again" type="password" complete="new-password" />
          <button class="button" type="submit">
            Change the password
          </button>
        </PostForm>
      ) : (
        <p>
          You stand in the configuration file; an admin changes the hash there (<code>zwitness user hash</code>).
        </p>
      )}
    </section>
  )
}
