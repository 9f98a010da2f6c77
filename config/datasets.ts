import { z } from 'zod'
import { called, choice, count, flag, parsedText, ruledText, textList } from '#lib/settings/fields.ts'
import { checkHostId, HOST_ID } from '#lib/ssh/config-words.ts'
import { checkDatasetName } from '#lib/zfs/names.ts'
import { checkChildGlob, checkDatasetId, checkSnapshotGlob, DATASET_ID } from './fields.ts'
import { parseKeepFree, parseRate } from './units.ts'
import { parseDailyWindow } from './windows.ts'

/** Ten years: beyond it a number of hours is a slip of the keyboard. */
const MAX_HOURS = 87_600

export const SETTING_DEFAULTS = {
  auto_repair: false,
  dry_run: false,
  paused: false,
  recursive: false,
  exclude: [],
  max_delay_hours: 72,
  min_age_hours: 0,
  repair_when: 'warning',
  retired: 'warning',
  on_diverged: 'proven',
  anchor: 'bookmark',
  initial: 'oldest',
  snapshot_include: [],
  snapshot_exclude: ['syncoid_*'],
  keep_free: '10%',
  send: { raw: 'auto', large_blocks: true, compressed: true },
} as const
const byDefault = SETTING_DEFAULTS

const hours = (min: number, description: string, shown?: number) =>
  count(
    'hours',
    { min, max: MAX_HOURS, whole: false },
    shown === undefined ? { description } : { description, default: shown },
  )

const SendSchema = z.strictObject(
  {
    raw: z
      .union([z.boolean(), z.literal('auto')], {
        error: (issue) => `Must be true, false or auto; found ${called(issue.input)}.`,
      })
      .meta({
        description:
          'Send encrypted datasets raw (zfs send -w). auto: raw, and nothing where the backup was not received raw; false: decrypted, except where it was, and only once a person has started that from its preview.',
        default: byDefault.send.raw,
      })
      .optional(),
    large_blocks: flag({
      description: 'Keep blocks over 128 KiB (zfs send -L).',
      default: byDefault.send.large_blocks,
    }),
    compressed: flag({
      description: 'Send blocks as compressed on disk (zfs send -c).',
      default: byDefault.send.compressed,
    }),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `Must be a block such as { raw: true }; found ${called(issue.input)}.`
        : undefined,
  },
)

/** What may stand at a dataset, under a pair's `defaults:` and under the file's. The nearest one wins. */
const settings = {
  auto_repair: flag({
    description: 'Run repairs that destroy nothing without asking.',
    default: byDefault.auto_repair,
  }),
  dry_run: flag({
    description: 'Forbid every write to both SANs for this dataset, whoever asks.',
    default: byDefault.dry_run,
  }),
  paused: flag({ description: 'Neither scheduled checks nor repairs.', default: byDefault.paused }),
  recursive: flag({ description: 'Every child is its own dataset.', default: byDefault.recursive }),
  exclude: textList(
    checkChildGlob,
    {
      description: 'Children that a recursive mapping leaves out: names below the dataset, * and ? allowed.',
      default: byDefault.exclude,
    },
    '[scratch, "tmp/*"]',
  ),
  max_delay_hours: hours(0.1, 'Delay beyond which the dataset is BROKEN, hours.', byDefault.max_delay_hours),
  warn_delay_hours: hours(
    0.05,
    'Delay beyond which it is WARNING, hours. Default: half of max_delay_hours; where a host has hours (`online`), the longest time between them and the usual distance of snapshots, at most max_delay_hours.',
  ),
  min_age_hours: hours(
    0,
    'Snapshots younger than this are not wanted on the backup yet, hours.',
    byDefault.min_age_hours,
  ),
  max_recovery_point_hours: hours(
    0.1,
    'Age of the newest common snapshot beyond which RECOVERY_POINT_OLD warns, hours. Default: not judged.',
  ),
  primary_max_age_hours: hours(
    0,
    'Age of the newest primary snapshot beyond which PRIMARY_STALE warns, hours; 0 = off. Default: 3 × the usual distance, at least max_delay_hours.',
  ),
  repair_when: choice(['behind', 'warning', 'broken'], {
    description:
      'When an automatic repair starts: as soon as something is missing (behind), once the delay passes warn_delay_hours (warning) or max_delay_hours (broken). A chain that is broken, or about to be, is repaired at once. Where a host is not always online, it is always behind.',
    default: byDefault.repair_when,
  }),
  retired: choice(['warning', 'note'], {
    description:
      'What it is when children of a recursive dataset are gone on the primary, until somebody acknowledges it.',
    default: byDefault.retired,
  }),
  on_diverged: choice(['proven', 'set_aside', 'ask'], {
    description: 'When a diverged backup is set aside automatically.',
    default: byDefault.on_diverged,
  }),
  anchor: choice(['bookmark', 'none'], {
    description: 'Protect the chain by a bookmark on the primary.',
    default: byDefault.anchor,
  }),
  initial: choice(['oldest', 'latest'], {
    description: 'Which snapshot seeds a missing backup.',
    default: byDefault.initial,
  }),
  snapshot_include: textList(
    checkSnapshotGlob,
    { description: 'Snapshot names to send, * and ? allowed; empty: all.', default: byDefault.snapshot_include },
    '["autosnap_*"]',
  ),
  snapshot_exclude: textList(
    checkSnapshotGlob,
    { description: 'Snapshot names never to send, * and ? allowed.', default: byDefault.snapshot_exclude },
    '["syncoid_*"]',
  ),
  send: SendSchema.meta({ description: 'How streams are made; each key is inherited by itself.' }).optional(),
  keep_free: parsedText(parseKeepFree, {
    description: 'Free space for data that must stay in the target pool: a share or a size.',
    default: byDefault.keep_free,
    examples: ['10%', '500GiB'],
  }).optional(),
  bandwidth_limit: parsedText(parseRate, {
    description: 'Most bytes a second (pv -q -L on the witness). Default: no limit.',
    examples: ['200MiB/s'],
  }).optional(),
  repair_window: parsedText(parseDailyWindow, {
    description: 'Time of day in which repairs run, in scheduler.timezone. Default: any time.',
    examples: ['22:00-06:00'],
  }).optional(),
}

export const SettingsSchema = z.strictObject(settings, {
  error: (issue) =>
    issue.code === 'invalid_type'
      ? `Must be a block of dataset settings such as { max_delay_hours: 72 }; found ${called(issue.input)}.`
      : undefined,
})
export type RawSettings = z.infer<typeof SettingsSchema>

const checkName = (text: string): string | null => checkDatasetName(text, { allowSpaces: false })

export const DatasetSchema = z.strictObject(
  {
    name: ruledText(checkName, { description: 'Dataset on the primary.', examples: ['hqs8p1/HQS8DAT1'] }),
    backup_dataset: ruledText(checkName, {
      description: 'Its backup on the backup host.',
      examples: ['hqs1p1/HQS8DAT1'],
    }),
    id: ruledText(checkDatasetId, {
      description: 'Stable id in the API. Default: made of the hosts and the name.',
      pattern: DATASET_ID,
    }).optional(),
    ...settings,
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `Must be a block such as { name: pool/data, backup_dataset: backup/data }; found ${called(issue.input)}.`
        : undefined,
  },
)
export type RawDataset = z.infer<typeof DatasetSchema>

export const PairSchema = z.strictObject(
  {
    name: ruledText(
      (text) =>
        text.trim() === '' || text.length > 100
          ? 'Must be a name of 1 to 100 characters; leave it out for "primary → backup".'
          : null,
      {
        description: 'Shown name. Default: primary → backup.',
      },
    ).optional(),
    primary: ruledText(checkHostId, { description: 'Id of the host that has the data.', pattern: HOST_ID }),
    backup: ruledText(checkHostId, { description: 'Id of the host that receives it.', pattern: HOST_ID }),
    defaults: SettingsSchema.meta({ description: 'Settings for all datasets of this pair.' }).optional(),
    datasets: z
      .array(DatasetSchema, {
        error: (issue) => `Must be a list of datasets, each on its own line after "- "; found ${called(issue.input)}.`,
      })
      .meta({ description: 'What is watched.' }),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `Must be a block with primary, backup and datasets; found ${called(issue.input)}.`
        : undefined,
  },
)
export type RawPair = z.infer<typeof PairSchema>
