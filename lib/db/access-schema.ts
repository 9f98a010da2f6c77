import type { Generated } from 'kysely'
import type { ActorKind, AuditRecord, UserRecord } from './access-types.ts'

type Role = UserRecord['role']

/** The tables of migrations 2, 6 and 9 as Kysely sees them. */
export interface AccessSchema {
  user: { name: string; role: Role; password_hash: string; created_at: number; changed_at: number }
  session: {
    id: Generated<number>
    digest: string
    user: string
    credential: string
    created_at: number
    seen_at: number
    expires_at: number
    address: string | null
    user_agent: string | null
  }
  known_browser: {
    id: Generated<number>
    digest: string
    user: string
    credential: string
    session: number
    network: string
    seen_at: number
  }
  api_token: {
    id: string
    name: string
    role: Role
    digest: string
    created_by: string
    created_at: number
    expires_at: number | null
    used_at: number | null
    used_from: string | null
    revoked_at: number | null
    maker_kind: ActorKind | null
    maker_token: string | null
    revoked_because: string | null
  }
  proxy_maker: { name: string; role: Role | null; groups: string | null; seen_at: number }
  audit: {
    id: Generated<number>
    at: number
    actor_kind: ActorKind
    actor: string
    role: string
    address: string | null
    user_agent: string | null
    request_id: string | null
    action: string
    target: string | null
    reason: string | null
    result: AuditRecord['result']
    code: string | null
    detail: string
    hash: string
  }
  audit_forgotten: { id: number; digest: Uint8Array }
}
