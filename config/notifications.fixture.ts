import { faultLine } from './faults.ts'
import { valueAt } from './issues.ts'
import { PRODUCT_YAML } from './load.fixture.ts'
import { type Loaded, loadConfig } from './load.ts'

const WHSEC = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
export const ENV = {
  WEBHOOK_SECRET: WHSEC,
  WEBHOOK_TOKEN: 'tk-of-the-hook',
  SLACK_URL: 'https://hooks.slack.com/services/T0/B0/s3cret-of-slack',
  DISCORD_URL: 'https://discord.com/api/webhooks/1/s3cret-of-discord',
  GOTIFY_TOKEN: 's3cret-of-gotify',
  TELEGRAM_TOKEN: '123456:s3cret-of-telegram',
  APPRISE_URLS: 'mailto://u:s3cret@example.org',
  HEALTHCHECKS_URL: 'https://hc-ping.com/s3cret-uuid',
  UPTIME_KUMA_URL: 'https://kuma.example/api/push/s3cret',
  NTFY_TOKEN: 's3cret-of-ntfy',
  TEAMS_URL: 'https://logic.azure.com/workflows/1?sig=s3cret-of-teams',
}
const FILES: Readonly<Record<string, string>> = {
  '/run/secrets/mail_password': 's3cret-of-mail\n',
  '/run/secrets/ntfy_token': 's3cret-of-ntfy\n',
  '/run/secrets/teams_url': 'https://logic.azure.com/workflows/1?sig=s3cret-of-teams\n',
}

/** JSON is YAML. */
const textOf = (section: unknown): string => `${PRODUCT_YAML}notifications: ${JSON.stringify(section)}\n`

/** The example's file with this section. */
export function load(section: unknown): Loaded {
  return loadConfig({
    text: textOf(section),
    file: '/config/app-config.yaml',
    env: ENV,
    now: Date.UTC(2026, 10, 22),
    readFile: (path) => FILES[path] ?? '',
  })
}

export function settings(section: unknown) {
  const { config, faults } = load(section)
  if (config === undefined) throw new Error(faults.map(faultLine).join('\n'))
  return config.notifications
}

/** `path: message` of every fault; each stands at its value, its key, or the block that lacks it. */
export function faultsOf(section: unknown): readonly string[] {
  const lines = textOf(section).split('\n')
  return (load(section).faults ?? []).map(({ line, column, path, message }) => {
    const at = lines[line - 1]?.slice(column - 1) ?? ''
    const steps = path.split('.').slice(1)
    const places = steps.map((_, end) => JSON.stringify(valueAt(section, steps.slice(0, end))))
    const right = [JSON.stringify(valueAt(section, steps)), JSON.stringify(steps.at(-1)), ...places.slice(-1)]
    if (!right.some((each) => each !== undefined && at.startsWith(each)))
      throw new Error(`${path} does not stand at ${at}`)
    return `${path}: ${message}`
  })
}
