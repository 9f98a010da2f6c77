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
              <td data-label="Role">{token.role.toLowerCase()}</td>
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
                {token.state === 'GOOD' ? <Revoke csrf={csrf} token={token} /> : token.state.toLowerCase()}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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
      <Field label="Name" name="name" hint="What it is for, for example backup-report." />
      <RoleField />
      <Field label="Days" name="days" type="number" value="365" required={false} hint="Empty: it never ends." />
      <button class="button" type="submit">
        Make a token
      </button>
    </PostForm>
  )
}
