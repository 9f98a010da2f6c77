import type { DoctorReportView } from '#lib/api/doctor.ts'
import { Icon, type IconName } from '../icon.tsx'

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
