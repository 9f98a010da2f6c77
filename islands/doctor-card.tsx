import { useSignal } from '@preact/signals'
import type { DoctorReportView } from '#lib/api/doctor.ts'
import { Action } from '#lib/client/action.tsx'
import { Findings } from '#lib/view/config/hosts.tsx'
import { Icon } from '#lib/view/icon.tsx'

/** Looks at everything that replication rests on. It may take a minute; nothing is written to a SAN. */
export default function DoctorCard() {
  const report = useSignal<DoctorReportView | null>(null)
  return (
    <section class="card stack-s" aria-labelledby="doctor">
      <h2 id="doctor">
        <Icon name="doctor" size={20} /> Doctor
      </h2>
      <p class="muted">Key, host keys, logins, clocks, rights, pools: every finding has its cure. Writes to no SAN.</p>
      <Action
        path="/api/doctor"
        onDone={({ body }) => {
          report.value = body as DoctorReportView
        }}
      >
        Run doctor
      </Action>
      <div aria-live="polite">{report.value !== null && <Findings report={report.value} />}</div>
    </section>
  )
}
