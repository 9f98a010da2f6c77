import type { MaintenanceNoteView } from '#lib/api/maintenance.ts'
import { Icon } from '../icon.tsx'
import { Moment } from '../moment.tsx'

/** What is paused or acknowledged for many, on the pages that it concerns: what, by whom, until when, why. */
export function MaintenanceNotes({ notes }: { readonly notes: readonly MaintenanceNoteView[] }) {
  return (
    <>
      {notes.map((note) => (
        <p key={note.id} class="note" role="note">
          <Icon name={note.kind === 'PAUSE' ? 'pause' : 'ack'} />
          <span>
            <NoteWords note={note} /> <a href={`/maintenance#m${note.id}`}>See or end it</a>
          </span>
        </p>
      ))}
    </>
  )
}

function NoteWords({ note: { kind, about, until, by, reason } }: { readonly note: MaintenanceNoteView }) {
  return (
    <>
      <b>{capital(about)}</b>: {kind === 'PAUSE' ? 'paused' : 'acknowledged, alarms are quiet,'}{' '}
      {until === null ? 'until somebody ends it' : <>until {<Moment at={until} as="minute" />}</>} by {by}
      {reason !== null && `: ${reason}`}.
    </>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Of all notes those of the scheduler: they concern every page that tells what is checked. */
export function ofScheduler(notes: readonly MaintenanceNoteView[]): readonly MaintenanceNoteView[] {
  return notes.filter(({ scope }) => scope === 'SCHEDULER')
}

/** Where a pause of this SAN is planned. */
export function pauseHostHref(host: string): string {
  return `/maintenance?host=${encodeURIComponent(host)}#plan`
}
