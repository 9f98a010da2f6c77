import type { SessionView, TokenView } from '#lib/api/access.ts'
import { Moment, MomentOr } from '../moment.tsx'
import { Fault, Field, PostForm, RoleField } from './form-parts.tsx'

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

interface Props {
  readonly csrf: string
  readonly sessions: readonly SessionView[]
  readonly kind: string
}

/** Browsers that are signed in. */
function SessionList({ csrf, sessions, kind }: Props) {
  return (
    <section class="card stack">
      <h2>Sessions</h2>
      {sessions.length === 0 ? (
        <p>{NONE[kind] ?? 'No browser is signed in.'}</p>
      ) : (
        <div class="scroll">
          <table class="cards">
            <thead>
              <tr>
                <th scope="col">User</th>
                <th scope="col">From</th>
                <th scope="col">Browser</th>
                <th scope="col">Signed in</th>
                <th scope="col">Last seen</th>
                <th scope="col">Ends</th>
                <th scope="col">
                  <span class="visually-hidden">Sign out</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {sessions.map((session) => (
                <tr key={session.id}>
                  <th scope="row">
                    {session.user} {session.current && <span class="tag">this one</span>}
                  </th>
                  <td data-label="From">{session.address ?? 'unknown'}</td>
                  <td data-label="Browser">{session.userAgent ?? 'unknown'}</td>
                  <td data-label="Signed in">
                    <Moment at={session.createdAt} quiet />
                  </td>
                  <td data-label="Last seen">
                    <Moment at={session.seenAt} quiet />
                  </td>
                  <td data-label="Ends">
                    <Moment at={session.expiresAt} as="minute" quiet />
                  </td>
                  <td>
                    {!session.current && (
                      <PostForm action="/account/sessions" csrf={csrf} inline>
                        <input type="hidden" name="id" value={session.id} />
                        <button
                          class="button plain"
                          type="submit"
                          aria-label={`Sign out the session of ${session.user}`}
                        >
                          Sign out
                        </button>
                      </PostForm>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {kind === 'session' && sessions.length > 1 && (
        <PostForm action="/account/sessions" csrf={csrf}>
          <input type="hidden" name="others" value="true" />
          <button class="button" type="submit">
            Sign out all my other sessions
          </button>
        </PostForm>
      )}
    </section>
  )
}

const NONE: Readonly<Record<string, string>> = {
  proxy: 'The proxy signs people in and out.',
  none: 'Nobody signs in here: the configuration says auth.mode none.',
  token: 'A token has no sessions.',
}

function TokenList({ csrf, tokens }: { readonly csrf: string; readonly tokens: readonly TokenView[] }) {
  if (tokens.length === 0) return <p>No program has a token yet.</p>
  return (
    <div class="scroll">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Id</th>
            <th scope="col">Role</th>
            <th scope="col">Made</th>
            <th scope="col">Last used</th>
            <th scope="col">Ends</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <th scope="row">{token.name}</th>
              <td data-label="Id">
                <code>{token.id}</code>
              </td>
              <td data-label="Role">
                <RoleNow token={token} />
              </td>
              <td data-label="Made">
                <Moment at={token.createdAt} quiet /> by {token.createdBy}
              </td>
              <td data-label="Last used">
                <MomentOr at={token.usedAt} none="never" quiet /> {token.usedFrom !== null && `from ${token.usedFrom}`}
              </td>
              <td data-label="Ends">
                <MomentOr at={token.expiresAt} none="never" as="minute" quiet />
              </td>
              <td data-label="State">
                <State csrf={csrf} token={token} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Never more than who made it is now. */
function RoleNow({ token: { role, roleNow, createdBy } }: { readonly token: TokenView }) {
  if (roleNow === null || roleNow === role) return <>{role.toLowerCase()}</>
  return (
    <>
      {roleNow.toLowerCase()}{' '}
      <span class="muted">
        (made as {role.toLowerCase()}; {createdBy} is {roleNow.toLowerCase()} now)
      </span>
    </>
  )
}

function State({ csrf, token }: { readonly csrf: string; readonly token: TokenView }) {
  if (token.state === 'GOOD') return <Revoke csrf={csrf} token={token} />
  if (token.state === 'ORPHANED')
    return (
      <>
        opens nothing: who made it may not come in any more <Revoke csrf={csrf} token={token} />
      </>
    )
  return (
    <>
      {token.state.toLowerCase()}
      {token.revokedBecause !== null && <span class="muted"> ({token.revokedBecause})</span>}
    </>
  )
}

function Revoke({ csrf, token }: { readonly csrf: string; readonly token: TokenView }) {
  return (
    <PostForm action="/account/revoke-token" csrf={csrf} inline>
      <input type="hidden" name="id" value={token.id} />
      <button class="button plain" type="submit" aria-label={`Revoke the token ${token.name}`}>
        Revoke
      </button>
    </PostForm>
  )
}

function NewTokenForm({ csrf }: { readonly csrf: string }) {
  return (
    <PostForm action="/account/tokens" csrf={csrf}>
      <h3>A new one</h3>
      <p class="hint">It is never more than you are at the time, and is revoked when you are removed.</p>
      <Field label="Name" name="name" hint="What it is for, for example backup-report." />
      <RoleField />
      <Field label="Days" name="days" type="number" value="365" required={false} hint="Empty: it never ends." />
      <button class="button" type="submit">
        Make a token
      </button>
    </PostForm>
  )
}
