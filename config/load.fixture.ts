import { faultLine } from './faults.ts'
import { type Loaded, loadConfig } from './load.ts'

/** The form that users already have. It must load unchanged, for ever. */
export const PRODUCT_YAML = `san_hosts:
  hqs8:  { hostname: hqs8.storage.local,  ssh_user: zfsadmin }
  hqs10: { hostname: hqs10.storage.local, ssh_user: zfsadmin }
  hqs1:  { hostname: hqs1.storage.local,  ssh_user: zfsadmin }
  hqs7:  { hostname: hqs7.storage.local,  ssh_user: zfsadmin }
pairs:
  - name: "HQS8 → HQS1"
    primary: hqs8
    backup: hqs1
    datasets:
      - { name: hqs8p1/HQS8DAT1, backup_dataset: hqs1p1/HQS8DAT1, max_delay_hours: 72, auto_repair: true, dry_run: false }
  - name: "HQS10 → HQS7"
    primary: hqs10
    backup: hqs7
    datasets:
      - { name: hqs10p1/HQS10DAT1, backup_dataset: hqs7p1/HQS10DAT1, max_delay_hours: 72, auto_repair: true }
scheduler:
  interval_minutes: 30
`

/** Files that can be read by `*_file` keys. */
const FILES: Readonly<Record<string, string>> = { '/run/secrets/ping': 'https://ping.example/s3cret\n' }

export function load(text: string, env: Readonly<Record<string, string>> = {}): Loaded {
  return loadConfig({
    text,
    file: 'app-config.yaml',
    env,
    now: Date.UTC(2026, 10, 22),
    readFile: (path) => {
      const content = FILES[path]
      if (content === undefined) throw new Error('it does not exist')
      return content
    },
  })
}

/** The file above with one change. A change that finds nothing would test nothing, so it throws. */
export function changed(from: string, to: string): string {
  if (!PRODUCT_YAML.includes(from)) throw new Error(`The example does not hold ${from}`)
  return PRODUCT_YAML.replaceAll(from, () => to)
}

/** The configuration, or an error that says why there is none. */
export function loaded(text: string, env: Readonly<Record<string, string>> = {}): Extract<Loaded, { trace: unknown }> {
  const result = load(text, env)
  if (result.config === undefined) throw new Error(result.faults.map(faultLine).join('\n'))
  return result
}

/** `line:column path: message` of every fault. */
export function faultsOf(text: string): readonly string[] {
  return (load(text).faults ?? []).map((fault) => faultLine(fault).replace(/^app-config\.yaml:/, ''))
}

export interface Refusal {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly faults: readonly string[]
}
