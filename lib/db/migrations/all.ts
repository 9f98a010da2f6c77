import type { Migration } from '../migrate.ts'
import { firstSchema } from './0001-first-schema.ts'
import { access } from './0002-access.ts'
import { verification } from './0003-verification.ts'
import { bounded } from './0004-bounded.ts'
import { witness } from './0005-witness.ts'
import { people } from './0006-people.ts'
import { lines } from './0007-lines.ts'
import { logVolume } from './0008-log-volume.ts'
import { knownBrowser } from './0009-known-browser.ts'
import { maintenance } from './0010-maintenance.ts'
import { changes } from './0011-changes.ts'
import { telling } from './0012-telling.ts'
import { objective } from './0013-objective.ts'

/** In order, forward only. A released migration is never edited; what it got wrong is the next one's work. */
export const MIGRATIONS: readonly Migration[] = [
  firstSchema,
  access,
  verification,
  bounded,
  witness,
  people,
  lines,
  logVolume,
  knownBrowser,
  maintenance,
  changes,
  telling,
  objective,
]
