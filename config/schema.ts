import { z } from 'zod'
import { AuthSchema } from './auth-section.ts'
import { PairSchema, SettingsSchema } from './datasets.ts'
import { called } from './fields.ts'
import { HostsSchema } from './hosts.ts'
import {
  LimitsSchema,
  NotificationsSchema,
  RetentionSchema,
  SchedulerSchema,
  ServerSchema,
  SshSchema,
} from './sections.ts'

/** The file as written: strict, snake_case, nothing filled in. Defaults are layered in `build-datasets.ts` and its kin. */
export const ConfigSchema = z.strictObject(
  {
    san_hosts: HostsSchema,
    pairs: z
      .array(PairSchema, {
        error: (issue) => `Must be a list of pairs, each beginning with "- "; found ${called(issue.input)}.`,
      })
      .meta({ description: 'Primary host → backup host, with the datasets between them.' }),
    defaults: SettingsSchema.meta({ description: 'Settings for all datasets of all pairs.' }).optional(),
    ssh: SshSchema.meta({ description: 'Settings of the SSH connections.' }).optional(),
    scheduler: SchedulerSchema.meta({ description: 'When scans run by themselves.' }).optional(),
    limits: LimitsSchema.meta({ description: 'Limits of the whole witness.' }).optional(),
    auth: AuthSchema.meta({ description: 'Who may sign in, and who may do what.' }).optional(),
    server: ServerSchema.meta({ description: 'How the service is called from outside.' }).optional(),
    retention: RetentionSchema.meta({
      description: 'How long history is kept. Runs that wrote to a SAN, or that a person asked for, are kept for ever.',
    }).optional(),
    notifications: NotificationsSchema.meta({ description: 'Not used by this version.' }).optional(),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `The file must be a block of keys with san_hosts and pairs; found ${called(issue.input)}.`
        : undefined,
  },
)
export type RawConfig = z.infer<typeof ConfigSchema>
