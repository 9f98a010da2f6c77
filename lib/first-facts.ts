import type { Config } from '#config/effective.ts'
import type { Engine } from '#lib/engine/types.ts'
import { fileFacts } from '#lib/host/file-facts.ts'
import { pinnedKeys } from '#lib/inspect/doctor/login.ts'
import type { DoctorReport } from '#lib/inspect/doctor/types.ts'
import { checkData } from '#lib/inspect/doctor/witness.ts'
import type { FirstFacts } from '#lib/inspect/first-steps.ts'
import { publicKeyOf } from '#lib/ssh/keys.ts'
import type { SshSettings } from '#lib/ssh/types.ts'
import type { Configuration } from './service-types.ts'

export interface FirstParts {
  readonly config: () => Config
  readonly configuration: Pick<Configuration, 'missing' | 'state'>
  readonly engine: Pick<Engine, 'datasets' | 'decisions' | 'lastScan'>
  readonly settings: () => Promise<SshSettings>
  readonly dataDirectory: string
  /** The key of hosts that name none of their own. */
  readonly keyFile: () => Promise<string>
  /** The last report about every host; null: none yet. */
  readonly report: () => DoctorReport | null
}

/** Looks at what is there of the first steps. Asks no SAN. */
export async function firstFacts(parts: FirstParts): Promise<FirstFacts> {
  const { config, engine } = parts
  const settings = await parts.settings()
  const data = await checkData(parts.dataDirectory, null)
  const hosts = await Promise.all(
    settings.hosts.map(async (host) => {
      const { pinned, authority } = await pinnedKeys(settings.knownHostsFiles, host)
      return { id: host.id, pinned: pinned.length > 0 || authority }
    }),
  )
  const scanned = engine.lastScan().finished?.finishedAt ?? null
  return {
    data: { good: data.state === 'OK' || data.state === 'WARNING', message: data.message },
    config: {
      file: config().source.file,
      state: await configState(parts.configuration),
      datasets: config().datasets.length,
    },
    key: await keyAt(await parts.keyFile()),
    hosts,
    rights: rightsOf(parts.report()),
    decisions: engine.decisions().length,
    checkedAt: engine.datasets().some(({ verdict }) => verdict.looked) ? scanned : null,
  }
}

async function configState(
  configuration: Pick<Configuration, 'missing' | 'state'>,
): Promise<FirstFacts['config']['state']> {
  if (!configuration.missing) return 'loaded'
  const { found, faults } = await configuration.state()
  if (!found) return 'missing'
  return faults.length > 0 ? 'faulty' : 'waiting'
}

async function keyAt(file: string): Promise<FirstFacts['key']> {
  if ((await fileFacts(file)) === null) return { file, line: null, message: `There is no key ${file} yet.` }
  try {
    const { line, fingerprint } = await publicKeyOf(file)
    return { file, line: `restrict ${line}`, message: `${file} (${fingerprint}).` }
  } catch (error) {
    return { file, line: null, message: error instanceof Error ? error.message : String(error) }
  }
}

function rightsOf(report: DoctorReport | null): FirstFacts['rights'] {
  if (report === null) return null
  const found = report.findings.filter(({ check }) => check === 'RIGHTS' || check === 'LOGIN')
  const hosts = (states: readonly string[]): readonly string[] => [
    ...new Set(found.filter(({ state }) => states.includes(state)).map(({ subject }) => subject.id)),
  ]
  return { at: report.finishedAt, lacking: hosts(['FAILED']), unread: hosts(['SKIPPED']) }
}
