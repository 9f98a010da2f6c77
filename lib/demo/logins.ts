import { PASSWORD_COST } from '#config/password-cost.ts'
import type { DemoLogin } from '#lib/auth/access.ts'

/** Everybody may know them: they stand on the login page, and nothing behind it is real. */
export const DEMO_LOGINS: readonly DemoLogin[] = [
  { name: 'viewer', password: 'demo-viewer', role: 'viewer' },
  { name: 'operator', password: 'demo-operator', role: 'operator' },
  { name: 'admin', password: 'demo-admin', role: 'admin' },
]

/** Lines of the configuration. The passwords are known; what it takes to check one is the same as everywhere. */
export async function loginLines(): Promise<readonly string[]> {
  const lines = DEMO_LOGINS.map(async ({ name, password, role }) => {
    const hash = await Bun.password.hash(password, PASSWORD_COST)
    return `    ${name}: { role: ${role}, password_hash: '${hash}' }`
  })
  return ['auth:', '  users:', ...(await Promise.all(lines))]
}
