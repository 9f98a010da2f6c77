import { functionView } from '#lib/api/function.ts'
import { maintenanceNotes } from '#lib/api/maintenance.ts'
import { definePage } from '#lib/services.ts'
import { Icon } from '#lib/view/icon.tsx'
import { MaintenanceNotes, ofScheduler } from '#lib/view/maintenance/notes.tsx'
import { MomentOr } from '#lib/view/moment.tsx'
import { Page } from '../_page.tsx'

export default definePage({
  title: 'Functions',
  render(_, context) {
    const functions = context.runtime.functions().map(functionView)
    return (
      <Page context={context} at="functions">
        <h1>Functions</h1>
        <MaintenanceNotes notes={ofScheduler(maintenanceNotes(context.engine))} />
        <p class="muted">Jobs of the witness: run by the schedule, from here, over the API or from the command line.</p>
        <div class="card table-card">
          <table class="cards">
            <caption class="visually-hidden">All functions</caption>
            <thead>
              <tr>
                <th scope="col">Function</th>
                <th scope="col">What it does</th>
                <th scope="col">Schedule</th>
                <th scope="col">Next</th>
                <th scope="col">Last</th>
                <th scope="col">Role</th>
              </tr>
            </thead>
            <tbody>
              {functions.map((known) => (
                <tr key={known.name}>
                  <th scope="row" data-label="Function">
                    <a class="mono" href={`/functions/${known.name}`}>
                      {known.name}
                    </a>
                  </th>
                  <td data-label="What it does">{known.summary}</td>
                  <td data-label="Schedule">
                    {known.schedule === null ? <span class="subtle">when asked</span> : <code>{known.schedule}</code>}{' '}
                    {known.timezone !== null && known.schedule !== null && <span class="muted">{known.timezone}</span>}
                  </td>
                  <td data-label="Next">
                    <MomentOr at={known.nextAt} none="–" quiet />
                  </td>
                  <td data-label="Last">
                    {known.running ? (
                      <span class="status status-repairing">
                        <Icon name="repairing" /> running
                      </span>
                    ) : (
                      <MomentOr at={known.previousAt} none="–" quiet />
                    )}
                  </td>
                  <td data-label="Role">
                    <span class="tag">{known.access}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Page>
    )
  },
})
