import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import { bytesText, durationText } from '#lib/text/words.ts'
import { Icon } from '../icon.tsx'
import { Moment } from '../moment.tsx'

/** What the SANs say besides, and what was kept beside the backup. */
export function SanChecks({ detail }: { readonly detail: DatasetDetailView }) {
  return (
    <section class="card" aria-labelledby="checks">
      <h3 id="checks">SANs</h3>
      <ul class="ticks">
        {detail.checks.map((check) => (
          <li key={`${check.host} ${check.name}`} class={`tick-${check.state.toLowerCase()}`}>
            <Icon name={check.state === 'OK' ? 'check' : check.state === 'PROBLEM' ? 'alert' : 'dashed'} size={14} />
            <span>
              <b>{check.host}</b> {check.name.toLowerCase()}: {check.detail}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function SetAsidesBeside({ detail }: { readonly detail: DatasetDetailView }) {
  const { setAsides } = detail
  if (setAsides !== null && setAsides.length === 0) return null
  return (
    <section class="card" aria-labelledby="asides">
      <h3 id="asides">Set-asides</h3>
      {setAsides === null ? (
        <p class="muted">Not known: the backup has not been read since the witness started.</p>
      ) : (
        <ul class="stack-s">
          {setAsides.map((aside) => (
            <li key={aside.guid}>
              <span class="mono">{aside.name}</span>
              <br />
              {aside.snapshots} {aside.snapshots === 1 ? 'snapshot' : 'snapshots'}, frees {bytesText(aside.usedBytes)}
              {aside.madeAt !== null && <>, made {<Moment at={aside.madeAt} />}</>}
              {aside.madeBy !== null && (
                <>
                  {' '}
                  by <a href={`/runs/${aside.madeBy.runId}`}>run {aside.madeBy.runId}</a>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      <p>
        <a href="/set-asides">All set-asides</a>
      </p>
    </section>
  )
}

export function Settings({ detail }: { readonly detail: DatasetDetailView }) {
  const { config } = detail
  const lines: readonly (readonly [string, string])[] = [
    ['limit', durationText(config.maxDelaySeconds)],
    ['warning from', durationText(config.warnDelaySeconds)],
    [
      'auto_repair',
      config.dryRun ? 'no (dry_run)' : config.autoRepair ? `yes, when ${config.repairWhen.toLowerCase()}` : 'no',
    ],
    ['on_diverged', config.onDiverged.toLowerCase()],
    ['min_age', config.minAgeSeconds === 0 ? 'none' : durationText(config.minAgeSeconds)],
    ['anchor', config.anchor.toLowerCase()],
    ['repair_window', config.repairWindow ?? 'any time'],
    ['snapshots wanted', config.snapshotInclude.join(', ') || 'all'],
    ['left out', config.snapshotExclude.join(', ') || 'none'],
    ['bandwidth_limit', config.bandwidthLimit === null ? 'none' : `${bytesText(config.bandwidthLimit)}/s`],
  ]
  return (
    <section class="card" aria-labelledby="settings">
      <h3 id="settings">Settings from config</h3>
      <dl class="facts">
        {lines.map(([name, value]) => (
          <SettingLine key={name} name={name} value={value} />
        ))}
      </dl>
      <p class="muted">
        Read-only; set in <code>{config.definedAt}</code>.
      </p>
    </section>
  )
}

function SettingLine({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}
