import { z } from 'zod'
import type { AccessRole } from '#config/access.ts'
import type { ActorKind as Kind } from '#lib/db/types.ts'
import { describedEnum } from './described-enum.ts'

export const UserRole = describedEnum<Uppercase<AccessRole>>('UserRole', 'What somebody may do.', {
  VIEWER: 'Reads everything but the audit.',
  OPERATOR: 'Also checks, safe repairs, pause, acknowledge, reload, the audit.',
  ADMIN: 'Also repairs that destroy, users and tokens.',
})

export const ActorKind = describedEnum<Uppercase<Kind>>('ActorKind', 'How the one who asked was recognised.', {
  SESSION: 'Signed in with a browser.',
  TOKEN: 'By an API token.',
  SOCKET: 'As the owner of the socket or of the process: the command line.',
  PROXY: 'Named by the reverse proxy.',
  NONE: 'Not at all.',
  SCHEDULE: 'The witness itself.',
})

export const roleWord = (role: AccessRole): Uppercase<AccessRole> => role.toUpperCase() as Uppercase<AccessRole>
export const storedRole = (role: Uppercase<AccessRole>): AccessRole => role.toLowerCase() as AccessRole
export const kindWord = (kind: Kind): Uppercase<Kind> => kind.toUpperCase() as Uppercase<Kind>

export const userName = z.string().min(1).max(64).describe('Lower case.')
export const password = z.string().min(1).max(1000).meta({ secret: true, description: 'At least 10 characters.' })
