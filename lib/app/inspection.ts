import type { Config } from '#config/effective.ts'
import type { OpenedStore } from '#lib/db/store.ts'
import type { EngineLog, Sans } from '#lib/engine/ports.ts'
import type { Engine } from '#lib/engine/types.ts'
import { fileFacts } from '#lib/host/files.ts'
import { discover } from '#lib/inspect/discover/discover.ts'
import { countUncovered } from '#lib/inspect/discover/uncovered.ts'
import { examine } from '#lib/inspect/doctor/doctor.ts'
import { pinnedKeys } from '#lib/inspect/doctor/login.ts'
import type { OpenFile } from '#lib/inspect/doctor/open-files.ts'
import type { DoctorReport, HostFacts } from '#lib/inspect/doctor/types.ts'
import { checkData, type DatabaseAsked } from '#lib/inspect/doctor/witness.ts'
import { type FirstFacts, firstSteps } from '#lib/inspect/first-steps.ts'
import type { Verification } from '#lib/inspect/verify/types.ts'
import { verify } from '#lib/inspect/verify/verify.ts'
import type { Json } from '#lib/replication/types/reason.ts'
import type { Configuration, Inspection } from '#lib/services.ts'
import { publicKeyOf } from '#lib/ssh/keys.ts'
import type { SshClient } from '#lib/ssh/ssh.ts'
import type { SshSettings } from '#lib/ssh/types.ts'

interface Parts {
  readonly config: () => Config
  readonly engine: Engine
  readonly store: OpenedStore
  readonly sans: Sans
  readonly ssh: SshClient
  readonly settings: () => Promise<SshSettings>
  readonly configuration: FirstParts['configuration']
  readonly keyFile: FirstParts['keyFile']
  readonly dataDirectory: string
  readonly database: DatabaseAsked
  /** What others could read or change of what decides what the witness does. */
  readonly openFiles: () => Promise<readonly OpenFile[]>
  readonly log: EngineLog
  readonly now: () => number
}

/** What a person asks for besides the engine's own work. None of it writes to a SAN. */
export function createInspection(parts: Parts): Inspection {
  const { config, engine, store, ssh, log, now } = parts
  const hosts = new Map<string, HostFacts>()
  let lastReport: DoctorReport | null = null
  const limits = () => {
    const { commandSilenceSeconds, commandTimeoutSeconds } = config().limits
    // Someone waits for the answer, and none of these questions is long: a zfs that hangs is found sooner than by a check.
    const timeoutSeconds = Math.min(commandTimeoutSeconds, 8 * commandSilenceSeconds)
    return { silenceMs: commandSilenceSeconds * 1000, timeoutMs: timeoutSeconds * 1000 }
  }
  const watched = () => engine.datasets().flatMap(({ dataset }) => (dataset.retired ? [] : [dataset]))
  const doctorParts = {
    config,
    ssh,
    limits,
    now,
    watched,
    settings: parts.settings,
    database: parts.database,
    dataDirectory: parts.dataDirectory,
    openFiles: parts.openFiles,
    uid: process.getuid?.() ?? 0,
    remember: (facts: HostFacts) => void hosts.set(facts.host, facts),
  }
  return {
    async doctor(request) {
      const report = await examine(doctorParts, request)
      if (request.host === undefined) lastReport = report
      return report
    },
    firstSteps: async () => firstSteps(await firstFacts({ ...parts, ...doctorParts, report: () => lastReport })),
    discover: (request) =>
      discover(
        {
          config,
          ssh,
          now,
          limits,
          configured: (primary, backup) =>
            watched()
              .filter(({ mapping }) => mapping.primary.host === primary && mapping.backup.host === backup)
              .map(({ id, mapping }) => ({ id, primary: mapping.primary.dataset, backup: mapping.backup.dataset })),
        },
        request,
      ),
    async countUncovered(id, signal) {
      const host = config().hosts.get(id)
      if (host === undefined) throw new Error(`There is no host ${id} under san_hosts.`)
      const sides = (side: 'primary' | 'backup') =>
        engine
          .datasets()
          .flatMap(({ dataset: { mapping } }) => (mapping[side].host === id ? [mapping[side].dataset] : []))
      const record = await countUncovered({ ssh, limits: { ...limits(), signal }, now }, host, {
        primaries: sides('primary'),
        backups: sides('backup'),
      })
      await store.saveUncovered(record)
      return record
    },
    async verify(id, signal) {
      const view = engine.dataset(id)
      if (view === null) return null
      const verification = await verify({ config, sans: parts.sans, ssh, limits, now }, view.dataset, signal)
      const { at, result, summary } = verification
      await store.saveVerification({ datasetId: id, at, result, report: verification as unknown as Json })
      log[result === 'VERIFIED' ? 'info' : 'warn'](`Verified: ${summary}`, { datasetId: id })
      return verification
    },
    async verification(id) {
      const record = await store.verification(id)
      return record === null ? null : (record.report as unknown as Verification)
    },
    hostFacts: (id) => hosts.get(id) ?? null,
  }
}

interface FirstParts {
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
async function firstFacts(parts: FirstParts): Promise<FirstFacts> {
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
