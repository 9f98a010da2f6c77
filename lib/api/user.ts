import { z } from 'zod'
import type { User as Found } from '#lib/auth/users.ts'
import { isoOrNull } from '#lib/text/words.ts'
import { roleWord, UserRole } from './access-words.ts'
import { describedEnum } from './described-enum.ts'
import { Timestamp } from './time.ts'

const UserSource = describedEnum<'CONFIG' | 'DATABASE'>('UserSource', 'Where a user is defined.', {
  CONFIG: 'In the configuration file, under `auth.users`; changed there.',
  DATABASE: 'By the set-up, the command line, or this API.',
})

export const User = z
  .object({
    name: z.string(),
    role: UserRole,
    source: UserSource,
    createdAt: Timestamp.nullable().describe('Null for those of the configuration.'),
  })
  .meta({ id: 'User', description: 'Somebody who can sign in.' })

export function userView({ name, role, source, createdAt }: Found): z.input<typeof User> {
  return {
    name,
    role: roleWord(role),
    source: source === 'config' ? 'CONFIG' : 'DATABASE',
    createdAt: isoOrNull(createdAt),
  }
}
