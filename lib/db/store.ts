import type { Database } from 'bun:sqlite'
import { type Kysely, sql } from 'kysely'
import { knownBrowsersRepository, sessionsRepository, tokensRepository, usersRepository } from './access.ts'
import { auditRepository } from './audit.ts'
import { changesRepository } from './changes.ts'
import { datasetsRepository } from './datasets.ts'
import { disconnect } from './driver.ts'
import { copyDatabase, freeBytes } from './files.ts'
import { incidentsRepository, outboxRepository } from './incidents.ts'
import { invocationsRepository } from './invocations.ts'
import { LOG_BYTES, logsRepository, logVolumeRepository } from './logs.ts'
import { maintenanceRepository } from './maintenance.ts'
import { objectiveRepository, protectionRepository } from './objective.ts'
import { actionsRepository, interruptRepository, runsRepository, setAsideRunsRepository } from './runs.ts'
import type { Schema } from './schema.ts'
import {
  controlsRepository,
  lagRepository,
  linesRepository,
  statesRepository,
  verificationsRepository,
} from './states.ts'
import type { Store } from './types.ts'
import { healthRepository, pruneRepository } from './upkeep.ts'

/** A store and how it came to be open. */
export interface OpenedStore extends Store {
  readonly openedBecause: 'fresh' | 'existing' | 'recovered'
  /** One sentence for the log; with `recovered` also for the banner: where the damaged file is now. */
  readonly openedNote: string
  /** A consistent copy of the whole database at `target` (replaced if there). */
  copyTo(target: string): Promise<void>
}

interface StoreParts {
  readonly db: Kysely<Schema>
  readonly database: Database
  readonly file: string
  readonly schemaVersion: number
  readonly witnessId: string
  readonly openedBecause: OpenedStore['openedBecause']
  readonly openedNote: string
  /** Bytes of log lines that are kept; default LOG_BYTES. */
  readonly mostLogBytes?: () => number
}

export function composeStore({
  db,
  database,
  file,
  mostLogBytes = () => LOG_BYTES,
  ...opened
}: StoreParts): OpenedStore {
  let closing: Promise<void> | undefined
  const free = (): number => freeBytes(file)
  return {
    ...opened,
    ...datasetsRepository(db),
    ...statesRepository(db),
    ...linesRepository(db),
    ...runsRepository(db),
    ...setAsideRunsRepository(db),
    ...interruptRepository(db),
    ...actionsRepository(db),
    ...controlsRepository(db),
    ...maintenanceRepository(db),
    ...lagRepository(db),
    ...changesRepository(db),
    ...objectiveRepository(db),
    ...protectionRepository(db),
    ...logsRepository(db, { most: mostLogBytes, free }),
    ...logVolumeRepository(db, free),
    ...invocationsRepository(db),
    ...verificationsRepository(db),
    ...incidentsRepository(db),
    ...outboxRepository(db),
    ...pruneRepository(db),
    ...usersRepository(db),
    ...sessionsRepository(db),
    ...knownBrowsersRepository(db),
    ...tokensRepository(db),
    ...auditRepository(db),
    ...healthRepository(db, file),

    // Through Kysely's lock: VACUUM cannot run while a transaction is open on this connection.
    copyTo: (target) => db.connection().execute(async () => copyDatabase(database, target)),

    close() {
      closing ??= closeOnce(db, database)
      return closing
    },
  }
}

async function closeOnce(db: Kysely<Schema>, database: Database): Promise<void> {
  try {
    await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db)
  } finally {
    await db.destroy()
    disconnect(database)
  }
}
