import { z } from 'zod'
import type {
  FindingState,
  Finding as Found,
  CheckName as Name,
  DoctorReport as Report,
} from '#lib/inspect/doctor/types.ts'
import { iso } from '#lib/text/words.ts'
import { describedEnum, Timestamp } from './fields.ts'
import { hostId } from './refusals.ts'

const State = describedEnum<FindingState>('DoctorState', 'How a check of the doctor came out.', {
  OK: 'As it should be.',
  WARNING: 'It works, but should be put right.',
  FAILED: 'Replication cannot work like this.',
  SKIPPED: 'Not looked at, because something before it failed: nothing is known.',
})

const DoctorCheck = describedEnum<Name>('DoctorCheck', 'What the doctor looked at.', {
  UID: 'The user that the witness runs as has a passwd entry, without which ssh refuses to start.',
  KEY: 'The private key is there, ours, closed to others, without a passphrase.',
  HOST_KEY: 'The host key of the SAN is pinned, and the one that it shows.',
  LOGIN: 'TCP, ssh login, how long it takes.',
  CLOCK: "The SAN's clock against the witness's.",
  SHELL: 'The login shell runs what it is given, and is silent.',
  ZFS: 'Version of OpenZFS, and what it can do; of a pair: both versions.',
  FEATURES: "Pool features in use on the primary that the backup's pool lacks.",
  RIGHTS: 'What the login may do, and the exact line for what it may not.',
  PATH: 'Bytes flow from the primary through the witness to the backup, unchanged.',
  THROUGHPUT: 'How fast 64 MiB of zeros come through; only when asked for.',
  POOL: 'State, free space, last scrub.',
  BACKUP: 'readonly, canmount, mounted, written.',
  DATASET: 'Both datasets exist, are of one type, and fit in their encryption.',
  DATA: 'The data directory is writable, lasting, has room, and its database is whole.',
  DATABASE: 'The database is backed up every night.',
  FILES: 'Nobody else on this machine can read the private keys, or change what decides what the witness does.',
  SCHEDULE: 'Time zone and the next scans.',
  NOTIFICATIONS: 'Channels for messages.',
  ACCESS: 'Who may do what over HTTP, and how the service is called.',
})

const SubjectKind = describedEnum<'WITNESS' | 'HOST' | 'PAIR' | 'DATASET'>(
  'DoctorSubject',
  'What a finding is about.',
  {
    WITNESS: 'The witness itself.',
    HOST: 'A SAN.',
    PAIR: 'A primary and its backup SAN.',
    DATASET: 'One mapping.',
  },
)

const Fix = z
  .object({
    host: z.string().nullable().describe('The SAN where it is run, as root; null: the witness.'),
    command: z.string(),
  })
  .meta({ id: 'DoctorFix', description: 'A line to paste.' })

const Finding = z
  .object({
    check: DoctorCheck,
    subject: z.object({ kind: SubjectKind, id: z.string().describe('Empty for the witness itself.') }),
    state: State,
    message: z.string(),
    cure: z.string().nullable(),
    fix: z.array(Fix),
  })
  .meta({ id: 'DoctorFinding', description: 'What one check came to.' })

export const DoctorReport = z
  .object({
    result: State.describe('The worst of all.'),
    startedAt: Timestamp,
    finishedAt: Timestamp,
    counts: z.object({
      OK: z.number().int(),
      WARNING: z.number().int(),
      FAILED: z.number().int(),
      SKIPPED: z.number().int(),
    }),
    findings: z.array(Finding).describe('In the order in which one thing needs the other.'),
  })
  .meta({ id: 'DoctorReport', description: 'Everything that replication rests on, looked at just now.' })

export const doctorInput = {
  host: hostId.optional().describe('Only this host, and what it takes part in.'),
  throughput: z.boolean().optional().describe('Also send 64 MiB of zeros along every pair; no ZFS is involved.'),
}

export type DoctorReportView = z.input<typeof DoctorReport>

export function doctorView({ startedAt, finishedAt, findings }: Report): DoctorReportView {
  const count = (state: FindingState): number => findings.filter((finding) => finding.state === state).length
  const counts = { OK: count('OK'), WARNING: count('WARNING'), FAILED: count('FAILED'), SKIPPED: count('SKIPPED') }
  const result = counts.FAILED > 0 ? 'FAILED' : counts.WARNING > 0 ? 'WARNING' : counts.SKIPPED > 0 ? 'SKIPPED' : 'OK'
  return { result, startedAt: iso(startedAt), finishedAt: iso(finishedAt), counts, findings: findings.map(findingView) }
}

function findingView({ check, subject, state, message, cure, fix }: Found): z.input<typeof Finding> {
  return {
    check,
    subject: { kind: subject.kind.toUpperCase() as Uppercase<Found['subject']['kind']>, id: subject.id },
    state,
    message,
    cure,
    fix: fix.map((each) => ({ ...each })),
  }
}
