import type { DatasetDetailView, PageOf, RunView, SnapshotSideView, SnapshotView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { type Connection, SLOW } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { datasetPath } from '../option-values.ts'
import { readPages } from '../pages.ts'
import { datasetPage } from '../render/dataset-page.ts'
import { datasetRecord } from '../render/dataset-table.ts'
import { railLines } from '../render/rails.ts'
import { snapshotRecord, snapshotTable } from '../render/snapshot-table.ts'
import { paint, type Text } from '../text.ts'

interface SnapshotPage extends PageOf<SnapshotView> {
  readonly total: number
  readonly primary: SnapshotSideView
  readonly backup: SnapshotSideView
}

const ON_THE_RAILS = 200
const RUNS_SHOWN = 5

export const show: Command = {
  name: 'show',
  summary: 'One dataset: why it is as it is, the chain of both sides, what comes next.',
  usage: '<id> [--snapshots]',
  operands: [1, 1],
  options: [{ name: 'snapshots', summary: 'List every snapshot of both sides.' }],
  help: [
    'With --plain the fields of zwitness datasets; with --snapshots: guid, state, created at, name on the primary, name on the backup, bookmark.',
  ],
  async run({ operands: [id = ''], ...args }, context) {
    const { out, io } = context
    const connection = await context.connect()
    const detail = await connection.get<DatasetDetailView>(datasetPath(id))
    if (args.flag('snapshots')) {
      const all = await snapshotsOf(connection, id, Number.POSITIVE_INFINITY)
      const { primary, backup, total } = all.first
      if (out.format === 'json') out.json('snapshots/1', { primary, backup, total, items: all.items })
      else if (out.format === 'plain') for (const row of all.items) out.record(snapshotRecord(row))
      else snapshotTable(out, all.items, io.now())
      return EXIT.DONE
    }
    if (out.format === 'json') out.json('dataset/1', detail)
    else if (out.format === 'plain') out.record(datasetRecord(detail))
    else {
      const rails = await railsOf(connection, detail.id)
      const runs = await connection.get<PageOf<RunView>>('/api/runs', { datasetId: detail.id, limit: RUNS_SHOWN })
      for (const line of datasetPage(detail, { rails, runs: runs.items, now: io.now() })) out.line(line)
    }
    return EXIT.DONE
  },
}

function snapshotsOf(connection: Connection, id: string, most: number) {
  return readPages<SnapshotView, SnapshotPage>(
    { ...connection, get: (path, query) => connection.get(path, query, SLOW) },
    datasetPath(id, '/snapshots'),
    {},
    { most, pageSize: Math.min(most, 1000) },
  )
}

/** Without the chain the page is still worth reading: then it says why there is none. */
async function railsOf(connection: Connection, id: string): Promise<readonly Text[]> {
  try {
    const { items, first } = await snapshotsOf(connection, id, ON_THE_RAILS)
    return railLines(items, first, first.total - items.length)
  } catch (error) {
    if (!(error instanceof Failure) || error.exit === EXIT.INTERRUPTED) throw error
    return [[paint('yellow', 'The chain cannot be shown: '), error.message]]
  }
}
