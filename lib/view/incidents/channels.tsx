import type { NotificationsView, TriedView } from '#lib/api/incidents.ts'
import { PostForm } from '../access/form-parts.tsx'
import { Icon } from '../icon.tsx'
import { RoleNote } from '../layout.tsx'
import { mayAct } from '../may-act.ts'
import { Moment, MomentOr } from '../moment.tsx'
import { usePage } from '../page-facts.ts'
import { SentMessages } from './incident-detail.tsx'

interface Props {
  readonly view: NotificationsView
  readonly csrf: string
  /** What came of a test that was just made. */
  readonly tried: TriedView | null
}

/** Who is told, whether it arrives, and a way to try it. */
export function Channels({ view: { channels, deadman, messages }, csrf, tried }: Props) {
  const may = mayAct(usePage().role, 'operator')
  return (
    <>
      {tried !== null && <Results tried={tried} />}
      <section aria-labelledby="channels">
        <h2 id="channels">Channels</h2>
        {channels.length === 0 ? (
          <p class="empty">
            Nobody is told anything yet: there are no <code>notifications.channels</code> in the configuration.
          </p>
        ) : (
          <div class="card table-card">
            <table class="cards">
              <caption class="visually-hidden">Where messages go</caption>
              <thead>
                <tr>
                  <th scope="col">Channel</th>
                  <th scope="col">Told of</th>
                  <th scope="col">State</th>
                  <th scope="col">Waiting</th>
                  <th scope="col">Try it</th>
                </tr>
              </thead>
              <tbody>
                {channels.map((channel) => (
                  <tr key={channel.name}>
                    <th scope="row" data-label="Channel">
                      {channel.name} <span class="tag">{channel.type}</span>
                    </th>
                    <td data-label="Told of">
                      {channel.minSeverity === 'info' ? 'everything' : `${channel.minSeverity} and worse`}
                      {channel.pairs !== null && <small class="muted block">{channel.pairs.join(', ')}</small>}
                      {channel.events !== null && <small class="muted block">{channel.events.join(', ')}</small>}
                    </td>
                    <td data-label="State">
                      <State channel={channel} />
                    </td>
                    <td data-label="Waiting">{channel.waiting === 0 ? '–' : channel.waiting}</td>
                    <td data-label="Try it">
                      {may ? (
                        <PostForm action="/notifications/test" csrf={csrf} inline>
                          <input type="hidden" name="channel" value={channel.name} />
                          <button type="submit" aria-label={`Send a test message to ${channel.name}`}>
                            Send a test
                          </button>
                        </PostForm>
                      ) : (
                        <RoleNote />
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {deadman.length > 0 && (
        <section aria-labelledby="deadman">
          <h2 id="deadman">Dead man's switch</h2>
          <ul class="plain-list">
            {deadman.map(({ kind, by, pingedAt, error }, index) => (
              <li key={index}>
                {kind === 'healthchecks' ? 'Healthchecks' : 'Uptime Kuma'},{' '}
                {by === 'check' ? 'when a check was completed' : 'when a check found nothing broken'}:{' '}
                {error === null ? (
                  <>
                    last ping <MomentOr at={pingedAt} none="not yet" quiet />
                  </>
                ) : (
                  <span class="status status-warning">
                    <Icon name="alert" />
                    {error}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="sent">
        <h2 id="sent">Sent lately</h2>
        <SentMessages messages={messages} />
      </section>
    </>
  )
}

function State({
  channel: { failingSince, sentAt, error, nextTryAt },
}: {
  readonly channel: NotificationsView['channels'][number]
}) {
  if (failingSince === null)
    return sentAt === null ? (
      <>nothing sent yet</>
    ) : (
      <span class="status status-healthy">
        <Icon name="check" />
        <span>
          sent <Moment at={sentAt} quiet />
        </span>
      </span>
    )
  return (
    <div class="stack-xs">
      <span class="status status-broken">
        <Icon name="broken" />
        <span>
          failing since <Moment at={failingSince} quiet />
        </span>
      </span>
      <small>{error}</small>
      {nextTryAt !== null && (
        <small class="muted">
          next try <Moment at={nextTryAt} quiet />
        </small>
      )}
    </div>
  )
}

function Results({ tried: { items } }: { readonly tried: TriedView }) {
  return (
    <div role="status">
      {items.map(({ channel, ok, error }) => (
        <p key={channel} class={`note ${ok ? 'good' : 'bad'}`}>
          <Icon name={ok ? 'check' : 'broken'} />
          <span>
            {ok ? `${channel} has taken the test message.` : `${channel} did not take the test message: ${error}`}
          </span>
        </p>
      ))}
    </div>
  )
}
