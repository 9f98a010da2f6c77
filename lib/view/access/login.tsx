import { Fault, Field, PostForm } from './form-parts.tsx'

export interface LoginProps {
  readonly csrf: string
  /** Where to go afterwards. */
  readonly next: string
  readonly name?: string
  readonly fault?: string | null
  /** The address to sign in at, where this one cannot keep a cookie. */
  readonly elsewhere?: string | null
  readonly demo: readonly { readonly name: string; readonly password: string; readonly role: string }[]
}

export function Login({ csrf, next, name, fault = null, elsewhere = null, demo }: LoginProps) {
  return (
    <section class="card narrow stack">
      <h1>Sign in</h1>
      <Fault text={fault} />
      {elsewhere !== null && (
        <p class="note warn">
          <span>
            You came here without TLS, and a browser keeps no sign-in like that. Sign in at{' '}
            <a href={elsewhere}>{elsewhere}</a>.
          </span>
        </p>
      )}
      <PostForm action="/login" csrf={csrf}>
        <input type="hidden" name="next" value={next} />
        <Field label="Name" name="name" value={name} complete="username" focus={!name} />
        <Field label="Password" name="password" type="password" complete="current-password" focus={Boolean(name)} />
        <button class="button primary" type="submit">
          Sign in
        </button>
      </PostForm>
      {demo.length > 0 ? (
        <div class="note info">
          <div>
            <p>This is the demo. Sign in as one of these:</p>
            <table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Password</th>
                  <th scope="col">May</th>
                </tr>
              </thead>
              <tbody>
                {demo.map((login) => (
                  <tr key={login.name}>
                    <th scope="row">{login.name}</th>
                    <td>
                      <code>{login.password}</code>
                    </td>
                    <td>{MAY[login.role] ?? login.role}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      ) : (
        <p class="muted">
          A forgotten password: on the machine of the service, <code>zwitness user passwd NAME</code>.
        </p>
      )}
    </section>
  )
}

const MAY: Readonly<Record<string, string>> = {
  viewer: 'look',
  operator: 'also check, repair what destroys nothing, pause',
  admin: 'everything',
}

export type SetupProps =
  | { readonly state: 'no-link' | 'bad-link' }
  | {
      readonly state: 'form'
      readonly csrf: string
      readonly token: string
      readonly name?: string
      readonly fault?: string | null
    }

/** The first start: no one can sign in yet. */
export function Setup(props: SetupProps) {
  return (
    <section class="card narrow stack">
      <h1>Set up zwitness</h1>
      {props.state === 'form' ? <FirstAdmin {...props} /> : <NoLink bad={props.state === 'bad-link'} />}
    </section>
  )
}

function NoLink({ bad }: { readonly bad: boolean }) {
  return (
    <>
      <Fault text={bad ? 'This link is not good: it is too old, was used, or belongs to an earlier start.' : null} />
      <p>There is no user yet. Whoever can read the log of the service may make the first one:</p>
      <ol class="steps-list">
        <li>
          Look for the newest line with <code>/setup?token=</code> in the log: <code>docker compose logs zwitness</code>
          , or <code>zwitness.log</code>.
        </li>
        <li>Open that link. It is good for an hour and for one use; a new one is in the log as soon as it is over.</li>
      </ol>
      <p>
        Or on the machine of the service: <code>zwitness user add NAME --role admin</code>. Then{' '}
        <a href="/login">sign in</a>.
      </p>
    </>
  )
}

function FirstAdmin({ csrf, token, name, fault = null }: Extract<SetupProps, { readonly state: 'form' }>) {
  return (
    <>
      <p>The first user is an admin: may do everything, and makes the others.</p>
      <Fault text={fault} />
      <PostForm action="/setup" csrf={csrf}>
        <input type="hidden" name="token" value={token} />
        <Field
          label="Name"
          name="name"
          value={name}
          complete="username"
          hint="Lower-case letters and digits."
          focus={!name}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          complete="new-password"
          hint="At least 10 characters, for example three words."
        />
        <Field label="Password once more" name="again" type="password" complete="new-password" />
        <button class="button primary" type="submit">
          Make the first admin and sign in
        </button>
      </PostForm>
    </>
  )
}
