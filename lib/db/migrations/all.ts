import type { Migration } from '../migrate.ts'
import { firstSchema } from './0001-first-schema.ts'
import { access } from './0002-access.ts'
import { verification } from './0003-verification.ts'
import { bounded } from './0004-bounded.ts'
import { witness } from './0005-witness.ts'
import { lines } from './0007-lines.ts'

/** In order, forward only. A released migration is never edited; what it got wrong is the next one's work. */
export const MIGRATIONS: readonly Migration[] = [firstSchema, access, verification, bounded, witness, lines]
