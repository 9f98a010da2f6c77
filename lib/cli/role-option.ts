import type { Arguments, OptionSpec } from './arguments.ts'
import { UsageError } from './failure.ts'

const ROLES = ['viewer', 'operator', 'admin']

export const ROLE_OPTION: OptionSpec = { name: 'role', value: 'ROLE', summary: 'viewer, operator or admin.' }

/** As the API writes it. @throws UsageError */
export function roleOf(args: Arguments, byDefault: string): string {
  const role = (args.text('role') ?? byDefault).toLowerCase()
  if (ROLES.includes(role)) return role.toUpperCase()
  throw new UsageError(`--role ${role}: write viewer, operator or admin.`)
}
