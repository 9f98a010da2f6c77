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
