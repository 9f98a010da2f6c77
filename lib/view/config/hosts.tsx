import type { DoctorReportView } from '#lib/api/doctor.ts'
import type { HostView } from '#lib/api/host.ts'
import { bytesText } from '#lib/text/words.ts'
import { Icon, type IconName } from '../icon.tsx'
import { MomentOr } from '../moment.tsx'

interface Props {
  readonly hosts: readonly HostView[]
  readonly users: Readonly<Record<string, string>>
}

/** The SANs as last seen. */
export function Hosts({ hosts, users }: Props) {
  if (hosts.length === 0)
    return (
      <p class="empty">
        No SAN is configured yet: they stand under <code>san_hosts</code>.
      </p>
    )
  return (
    <section class="card table-card" aria-label="Hosts">
      <table class="cards">
        <caption class="visually-hidden">Hosts</caption>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Role</th>
            <th scope="col">Login</th>
            <th scope="col">State</th>
            <th scope="col">Last answer</th>
            <th scope="col">Clock</th>
            <th scope="col">Pools</th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <tr key={host.id}>
              <th scope="row" data-label="Host">
                {host.id}
              </th>
              <td data-label="Role">{host.role.toLowerCase()}</td>
              <td data-label="Login" class="mono keep">
                {users[host.id]}@{host.hostname}
              </td>
              <td data-label="State">
                <span
                  class={`status status-${host.reachable === true ? 'healthy' : host.reachable === false ? 'broken' : 'unknown'}`}
                >
                  <Icon name={host.reachable === true ? 'check' : host.reachable === false ? 'broken' : 'dashed'} />
                  {host.reachable === true
                    ? `answers, ${host.latencyMs ?? '?'} ms`
                    : host.reachable === false
                      ? 'no answer'
                      : 'not asked'}
                </span>
                {host.error !== null && <small class="muted block">{host.error.message}</small>}
              </td>
              <td data-label="Last answer">
                <MomentOr at={host.seenAt} none="never" quiet />
              </td>
              <td data-label="Clock">
                {host.skewSeconds === null ? '–' : host.skewSeconds === 0 ? 'agrees' : `${host.skewSeconds} s off`}
              </td>
              <td data-label="Pools" class="keep">
                {host.pools
                  .map((pool) => {
                    const free = bytesText(Number((pool.usable ?? pool).freeBytes))
                    return `${pool.name} ${pool.state}, ${free} free${pool.usable === null ? ' (raw)' : ''}`
                  })
                  .join('\n') || '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

type Finding = DoctorReportView['findings'][number]

const ICONS: Readonly<Record<Finding['state'], IconName>> = {
  OK: 'check',
  WARNING: 'alert',
  FAILED: 'broken',
  SKIPPED: 'dashed',
}
const WORDS: Readonly<Record<Finding['state'], string>> = {
  OK: 'good',
  WARNING: 'warnings',
  FAILED: 'failed',
  SKIPPED: 'not looked at',
}
const ORDER = ['FAILED', 'WARNING', 'SKIPPED', 'OK'] as const

/** What the doctor found, the worst first. */
export function Findings({ report }: { readonly report: DoctorReportView }) {
  const { counts, findings } = report
  return (
    <div class="stack-s">
      <p>{ORDER.map((state) => `${counts[state]} ${WORDS[state]}`).join(', ')}.</p>
      <ul class="ticks">
        {ORDER.flatMap((state) => findings.filter((finding) => finding.state === state)).map((finding) => (
          <li
            key={`${finding.check} ${finding.subject.id} ${finding.message}`}
            class={`tick-${finding.state.toLowerCase()}`}
          >
            <Icon name={ICONS[finding.state]} />
            <span>
              <b>{finding.subject.id || 'witness'}</b> {finding.check.toLowerCase().replaceAll('_', ' ')}:{' '}
              {finding.message}
              {finding.cure !== null && <span class="muted block">{finding.cure}</span>}
              {finding.fix.map((fix) => (
                <pre key={fix.command} class="step-command">
                  {fix.host !== null && `# on ${fix.host}, as root\n`}
                  {fix.command}
                </pre>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
