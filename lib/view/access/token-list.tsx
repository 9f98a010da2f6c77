import type { TokenView } from '#lib/api/token.ts'
import { Moment, MomentOr } from '../moment.tsx'
import { Field, PostForm } from './form-parts.tsx'
import { RoleField } from './role-field.tsx'

export function TokenList({ csrf, tokens }: { readonly csrf: string; readonly tokens: readonly TokenView[] }) {
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

export function NewTokenForm({ csrf }: { readonly csrf: string }) {
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
