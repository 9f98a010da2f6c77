import type { ReportRowView, ReportView } from '#lib/api/report.ts'
import { bytesText, counted } from '#lib/text/words.ts'
import { fullTime } from '#lib/text/zoned-time.ts'
import { datasetPage, type StatusWord } from '../dataset-row.ts'
import { ObjectiveShare } from '../history/objective.tsx'
import { Moment, MomentOr } from '../moment.tsx'
import { StatusShape } from '../status-mark.tsx'

type Protection = ReportRowView['protection']

const WORDS: Readonly<Record<Protection, string>> = {
  NOT_COVERED: 'Not covered',
  AT_RISK: 'At risk',
  UNKNOWN: 'Not known',
  PROTECTED: 'Protected',
}
const LIKE: Readonly<Record<Protection, StatusWord>> = {
  NOT_COVERED: 'BROKEN',
  AT_RISK: 'WARNING',
  UNKNOWN: 'UNKNOWN',
  PROTECTED: 'HEALTHY',
}

interface Props {
  readonly report: ReportView
  /** Of the witness, for the paper. */
  readonly witness: string
}

/** Who is protected, how well, and what is not. Made to be printed. */
export function ProtectionReport({ report, witness }: Props) {
  const { items, months, counts, headline, retired } = report
  return (
    <>
      <header class="stack-s">
        <div class="headline">
          <h1>Protection report</h1>
          <p class="row actions">
            <a class="button" href="/report.csv" download>
              As a table (CSV)
            </a>
          </p>
        </div>
        <p>
          <b>{headline}.</b> As of {fullTime(Date.parse(report.at), report.timezone)}, by {witness}. No SAN was asked
          for this: it is what the last looks saw.
        </p>
        <ul class="row" aria-label="How many">
          {(['NOT_COVERED', 'AT_RISK', 'UNKNOWN', 'PROTECTED'] as const).map((protection) => (
            <li key={protection} class="card row">
              <b>{counts[protection] ?? 0}</b> <ProtectionMark protection={protection} />
            </li>
          ))}
        </ul>
        {retired > 0 && (
          <p class="muted">
            {counted(retired, 'dataset')} more {retired === 1 ? 'is' : 'are'} gone on the primary; the backups are kept.
          </p>
        )}
      </header>
      {items.length === 0 ? (
        <p class="empty">No dataset is watched yet.</p>
      ) : (
        <div class="card table-card">
          <table class="cards report">
            <caption class="visually-hidden">Datasets, the worst first</caption>
            <thead>
              <tr>
                <th scope="col">Dataset</th>
                <th scope="col">Protection</th>
                <th scope="col">Recovery point</th>
                <th scope="col">Inside, {months.current}</th>
                <th scope="col">Inside, {months.last}</th>
                <th scope="col">Verified</th>
                <th scope="col">Last repair</th>
              </tr>
            </thead>
            <tbody>
              {items.map((row) => (
                <Row key={row.datasetId} row={row} months={months} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Uncovered report={report} />
      <MovedList report={report} />
    </>
  )
}

function ProtectionMark({ protection }: { readonly protection: Protection }) {
  const status = LIKE[protection]
  return (
    <span class={`status status-${status.toLowerCase()}`}>
      <StatusShape status={status} />
      {WORDS[protection]}
    </span>
  )
}

function Row({ row, months }: { readonly row: ReportRowView; readonly months: ReportView['months'] }) {
  const { datasetId, primary, backup, protection, message, paused, verification, lastRepair } = row
  return (
    <tr>
      <th scope="row" data-label="Dataset">
        <a class="name-of" href={datasetPage(datasetId)}>
          {datasetId}
        </a>
        <small class="muted block mono name-of">
          {primary.host}:{primary.dataset} → {backup.host}:{backup.dataset}
        </small>
      </th>
      <td data-label="Protection">
        <ProtectionMark protection={protection} />
        {paused && <span class="tag">paused</span>}
        {protection !== 'PROTECTED' && <small class="block">{message}</small>}
      </td>
      <td data-label="Recovery point">
        <MomentOr at={row.recoveryPoint} none="none" as="minute" quiet />
      </td>
      <td data-label={`Inside, ${months.current}`}>
        <ObjectiveShare month={row.thisMonth} />
      </td>
      <td data-label={`Inside, ${months.last}`}>
        <ObjectiveShare month={row.lastMonth} />
      </td>
      <td data-label="Verified">
        {verification === null ? (
          <span class="muted">never</span>
        ) : (
          <>
            <Moment at={verification.at} as="minute" quiet />
            {verification.result !== 'VERIFIED' && (
              <small class="block">{verification.result.toLowerCase().replaceAll('_', ' ')}</small>
            )}
          </>
        )}
      </td>
      <td data-label="Last repair">
        {lastRepair === null ? (
          <span class="muted">none</span>
        ) : (
          <>
            <Moment at={lastRepair.at} as="minute" quiet />
            <small class="muted block">
              <a href={`/runs/${lastRepair.runId}`}>#{lastRepair.runId}</a> {starter(lastRepair.by)}
            </small>
          </>
        )}
      </td>
    </tr>
  )
}

function starter(by: string): string {
  return by === 'schedule' ? 'by itself' : `by ${by}`
}

function Uncovered({ report: { uncovered, primaries } }: { readonly report: ReportView }) {
  return (
    <section class="stack-s" aria-labelledby="uncovered">
      <h2 id="uncovered">What nobody replicates</h2>
      <p>{uncovered}</p>
      <ul class="bullets">
        {primaries.map(({ host, countedAt, datasets, uncovered: count, uncoveredBytes, names }) => (
          <li key={host}>
            <b>{host}</b>:{' '}
            {countedAt === null || count === null ? (
              'not counted yet'
            ) : (
              <>
                {count} of {datasets} datasets
                {count > 0 && uncoveredBytes !== null && `, ${bytesText(uncoveredBytes)}`}, counted{' '}
                <Moment at={countedAt} as="minute" quiet />
                {names.length > 0 && (
                  <span class="block mono name-of">
                    {names.join(', ')}
                    {count > names.length && ` and ${count - names.length} more`}
                  </span>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function MovedList({ report: { items, movedSince } }: { readonly report: ReportView }) {
  const moved = items.flatMap((row) => row.moved.map((each) => ({ ...each, datasetId: row.datasetId })))
  return (
    <section class="stack-s" aria-labelledby="moved">
      <h2 id="moved">Set aside or destroyed</h2>
      {moved.length === 0 ? (
        <p>
          Since <Moment at={movedSince} as="minute" quiet /> no repair has moved anything out of the way or destroyed
          anything.
        </p>
      ) : (
        <ul class="bullets">
          {moved.map(({ runId, at, by, state, setAside, destroyed, datasetId }) => (
            <li key={runId}>
              <Moment at={at} as="minute" quiet />: <a href={`/runs/${runId}`}>run {runId}</a> of{' '}
              <a href={datasetPage(datasetId)}>{datasetId}</a>, started {starter(by)}
              {setAside !== null && (
                <>
                  , set aside <span class="mono name-of">{setAside}</span>
                </>
              )}
              {destroyed > 0 && `, destroyed ${counted(destroyed, 'thing')}`}
              {state !== 'SUCCEEDED' && state !== 'SUCCEEDED_WITH_WARNINGS' && ` (it ended ${state.toLowerCase()})`}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
