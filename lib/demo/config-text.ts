import { PASSWORD_COST } from '#config/password-cost.ts'
import type { DemoLogin } from '#lib/auth/access.ts'
import type { Hosts } from './hosts.ts'
import type { HostId, Scenario, ScenarioPair } from './scenario.ts'
import { datasetsOf } from './world.ts'

const ABOUT: Readonly<Record<HostId, string>> = {
  hqs8: 'a primary',
  hqs10: 'a primary',
  hqs1: 'a backup',
  hqs7: 'a backup',
  hqs2: 'nothing listens there',
  hqs3: 'refuses the key',
  hqs4: 'shows another host key than the known one',
  hqs5: 'switched on by hand when wanted',
  hqs6: 'its clock is wrong',
}

/** The demo's app-config.yaml; `logins`: its users. */
export function configText(pairs: readonly ScenarioPair[], hosts: Hosts, now: Date, logins: readonly string[]): string {
  const host = (id: HostId): string => {
    const more = id === 'hqs5' ? ', online: on_demand' : ''
    return `  # ${ABOUT[id]}\n  ${id}: { hostname: 127.0.0.1, port: ${hosts.ports[id]}, ssh_user: ${hosts.user}${more} }`
  }
  return [
    '# The configuration of the demo: simulated SANs, one dataset for each thing that can be wrong.',
    'san_hosts:',
    ...(Object.keys(ABOUT) as HostId[]).map(host),
    'pairs:',
    ...pairs.flatMap((pair) => pairLines(pair, now)),
    'scheduler:',
    '  interval_minutes: 1',
    '  timezone: UTC',
    ...logins,
    '',
  ].join('\n')
}

function pairLines(pair: ScenarioPair, now: Date): readonly string[] {
  return [
    `  - name: ${JSON.stringify(pair.name)}`,
    `    primary: ${pair.primary}`,
    `    backup: ${pair.backup}`,
    '    datasets:',
    ...pair.scenarios.flatMap((scenario) => [`      # ${scenario.note}`, `      - ${mapping(pair, scenario, now)}`]),
  ]
}

function mapping(pair: ScenarioPair, scenario: Scenario, now: Date): string {
  const { from, to } = datasetsOf(pair, scenario)
  const settings = Object.entries(scenario.settings ?? {}).map(([key, value]) => [
    key,
    value === '{window}' ? windowFarFrom(now) : value,
  ])
  const all = [['name', from], ['backup_dataset', to], ...settings]
  return `{ ${all.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ')} }`
}

/** An hour of the day (UTC) that is twelve hours away, so that one waits for it. */
function windowFarFrom(now: Date): string {
  const hour = (now.getUTCHours() + 12) % 24
  const two = (value: number): string => String(value % 24).padStart(2, '0')
  return `${two(hour)}:00-${two(hour + 1)}:00`
}

/** Everyone may know them: they stand on the login page, and nothing behind it is real. */
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
