import type { ConfigReportView } from '#lib/api/config.ts'
import { Icon } from '../icon.tsx'
import { Moment } from '../moment.tsx'

/** Is what runs what stands on disk? */
export function Drift({ report }: { readonly report: ConfigReportView }) {
  const { file, firstStart, loadedAt, sha256, inSync, error, faults } = report
  return (
    <>
      {firstStart ? (
        <p>
          Nothing is configured yet: see the <a href="/first-steps">first steps</a>.
        </p>
      ) : (
        <p>
          Running config loaded <Moment at={loadedAt} as="minute" /> from <code>{file}</code> (sha {sha256.slice(0, 8)}
          ).
        </p>
      )}
      {error !== null || faults.length > 0 ? (
        <div class="note bad" role="alert">
          <Icon name="broken" />
          <div class="stack-xs">
            <p>
              <b>
                {firstStart
                  ? 'There is no file that could be loaded.'
                  : 'The file on disk is invalid; the previous config keeps running.'}
              </b>
            </p>
            {faults.length === 0 ? <p>{error}</p> : <Faults faults={faults} />}
          </div>
        </div>
      ) : inSync ? (
        <p class="note good">
          <Icon name="check" /> Same as the file on disk.
        </p>
      ) : (
        <p class="note warn">
          <Icon name="alert" />{' '}
          {firstStart ? 'There is a file, and it is not loaded.' : 'The file has changed and is not loaded.'}
        </p>
      )}
      {report.warnings.length > 0 && (
        <details class="note warn">
          <summary>
            {report.warnings.length} {report.warnings.length === 1 ? 'warning' : 'warnings'} of the running
            configuration
          </summary>
          <Faults faults={report.warnings} />
        </details>
      )}
    </>
  )
}

export function Faults({ faults }: { readonly faults: ConfigReportView['faults'] }) {
  return (
    <ul class="bullets">
      {faults.map((fault) => (
        <li key={`${fault.line}:${fault.column} ${fault.message}`}>
          <span class="mono">
            line {fault.line}, column {fault.column}
          </span>
          {fault.path !== '' && <code> {fault.path}</code>}: {fault.message}
        </li>
      ))}
    </ul>
  )
}
