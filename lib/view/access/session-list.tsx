import type { SessionView } from '#lib/api/session.ts'
import { Moment } from '../moment.tsx'
import { PostForm } from './form-parts.tsx'

interface Props {
  readonly csrf: string
  readonly sessions: readonly SessionView[]
  readonly kind: string
}

/** Browsers that are signed in. */
export function SessionList({ csrf, sessions, kind }: Props) {
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
