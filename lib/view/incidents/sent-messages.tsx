import type { IncidentDetailView } from '#lib/api/incidents.ts'
import { Icon, type IconName } from '../icon.tsx'
import { Moment } from '../moment.tsx'

type SentMessage = IncidentDetailView['messages'][number]

const STATES: Readonly<Record<SentMessage['state'], readonly [look: string, icon: IconName, word: string]>> = {
  WAITING: ['unknown', 'dashed', 'waits'],
  SENT: ['healthy', 'check', 'sent'],
  MERGED: ['healthy', 'layers', 'sent in a summary'],
  OUTDATED: ['unknown', 'history', 'not sent: a later one was first'],
  REFUSED: ['broken', 'broken', 'refused for good'],
  NO_CHANNEL: ['warning', 'alert', 'not sent: its channel is gone'],
}

interface Props {
  readonly messages: readonly SentMessage[]
  /** What stands there without any. */
  readonly none: string
  /** Does each lead to its incident? */
  readonly linked?: boolean
}

export function SentMessages({ messages, none, linked = false }: Props) {
  if (messages.length === 0) return <p class="empty">{none}</p>
  return (
    <div class="card table-card">
      <table class="cards sent">
        <caption class="visually-hidden">Messages, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Message</th>
            <th scope="col">Channel</th>
            <th scope="col">State</th>
            <th scope="col">Written</th>
          </tr>
        </thead>
        <tbody>
          {messages.map((message) => (
            <tr key={`${message.id} ${message.channel}`}>
              <th scope="row" data-label="Message">
                {linked && message.incidentId !== null ? (
                  <a href={`/incidents/${message.incidentId}`}>{message.title}</a>
                ) : (
                  message.title
                )}
              </th>
              <td data-label="Channel">{message.channel}</td>
              <td data-label="State">
                <State message={message} />
              </td>
              <td data-label="Written">
                <Moment at={message.at} quiet />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function State({ message: { state, attempts, endedAt, error } }: { readonly message: SentMessage }) {
  const [look, icon, word] = STATES[state]
  return (
    <span class="stack-xs">
      <span class={`status status-${look}`}>
        <Icon name={icon} />
        <span>
          {word}
          {state === 'SENT' && endedAt !== null && (
            <>
              {' '}
              <Moment at={endedAt} quiet />
            </>
          )}
        </span>
      </span>
      {state === 'WAITING' && attempts > 0 && (
        <small>{attempts === 1 ? 'tried once' : `tried ${attempts} times`}, without success</small>
      )}
      {error !== null && <small class="muted">{error}</small>}
    </span>
  )
}
