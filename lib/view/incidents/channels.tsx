import type { NotificationsView, TriedView } from '#lib/api/incidents.ts'
import { PostForm } from '../access/form-parts.tsx'
import { Icon } from '../icon.tsx'
import { RoleNote } from '../layout.tsx'
import { mayAct } from '../may-act.ts'
import { Moment, MomentOr } from '../moment.tsx'
import { usePage } from '../page-facts.ts'
import { SentMessages } from './sent-messages.tsx'

interface Props {
  readonly view: NotificationsView
  readonly csrf: string
  /** What came of a test that was just made. */
  readonly tried: TriedView | null
}

/** Who is told, whether it arrives, and a way to try it. */
export function Channels({ view: { channels, deadman, messages }, csrf, tried }: Props) {
  return (
    <>
      {tried !== null && <Results tried={tried} />}
      <section class="stack-s" aria-labelledby="channels">
        <h2 id="channels">Channels</h2>
        {channels.length === 0 ? <NoChannels /> : <ChannelTable channels={channels} csrf={csrf} />}
      </section>
      {deadman.length > 0 && (
        <section class="card stack-s" aria-labelledby="deadman">
          <h2 id="deadman">{deadman.length === 1 ? "Dead man's switch" : "Dead man's switches"}</h2>
          <p class="muted">Services that raise an alarm when the witness no longer calls them.</p>
          <ul class="stack-s">
            {deadman.map((each, index) => (
              <Switch key={index} {...each} />
            ))}
          </ul>
        </section>
      )}
      <section class="stack-s" aria-labelledby="sent">
        <h2 id="sent">Messages</h2>
        <SentMessages messages={messages} none="None was written yet." linked />
      </section>
    </>
  )
}

const EXAMPLE = `notifications:
  channels:
    - type: ntfy
      url: https://ntfy.sh/your-topic`

function NoChannels() {
  return (
    <div class="card stack-s">
      <p>
        <b>Nobody is told.</b> Channels stand in the configuration file: mail, webhook, ntfy, Slack, Discord, Teams,
        Gotify, Telegram, and whatever Apprise knows. For example:
      </p>
      <div class="command">
        <pre>{EXAMPLE}</pre>
      </div>
      <p class="muted">
        Then reload the <a href="/config">configuration</a>, and send a test from here.
      </p>
    </div>
  )
}

type Channel = NotificationsView['channels'][number]

function ChannelTable({ channels, csrf }: { readonly channels: readonly Channel[]; readonly csrf: string }) {
  const may = mayAct(usePage().role, 'operator')
  return (
    <>
      <div class="card table-card">
        <table class="cards channels">
          <caption class="visually-hidden">Where messages go</caption>
          <thead>
            <tr>
              <th scope="col">Channel</th>
              <th scope="col">State</th>
              <th scope="col">Told of</th>
              <th scope="col">Waiting</th>
              {may && (
                <th scope="col">
                  <span class="visually-hidden">Try it</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {channels.map((channel) => (
              <tr key={channel.name}>
                <th scope="row" data-label="Channel">
                  {channel.name} {channel.name !== channel.type && <span class="tag">{channel.type}</span>}
                </th>
                <td data-label="State">
                  <State channel={channel} />
                </td>
                <td data-label="Told of">
                  <Wanted channel={channel} />
                </td>
                <td data-label="Waiting">{channel.waiting === 0 ? 'none' : channel.waiting}</td>
                {may && (
                  <td>
                    <PostForm action="/notifications/test" csrf={csrf} inline>
                      <input type="hidden" name="channel" value={channel.name} />
                      <button type="submit" aria-label={`Send a test message to ${channel.name}`}>
                        Send a test
                      </button>
                    </PostForm>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <RoleNote />
    </>
  )
}

const SEVERITIES: Readonly<Record<Channel['minSeverity'], string>> = {
  info: 'everything',
  warning: 'warnings and what is critical',
  critical: 'only what is critical',
}

function Wanted({ channel: { minSeverity, pairs, events } }: { readonly channel: Channel }) {
  return (
    <span class="stack-xs">
      <span>{SEVERITIES[minSeverity]}</span>
      {pairs !== null && <small class="muted">of {pairs.join(', ')}</small>}
      {events !== null && <small class="muted">{events.join(', ')}</small>}
    </span>
  )
}

function State({ channel: { failingSince, sentAt, error, nextTryAt } }: { readonly channel: Channel }) {
  if (failingSince === null && sentAt === null)
    return (
      <span class="status status-unknown">
        <Icon name="dashed" />
        nothing sent yet
      </span>
    )
  if (failingSince === null)
    return (
      <span class="status status-healthy">
        <Icon name="check" />
        <span>works, last message {sentAt !== null && <Moment at={sentAt} quiet />}</span>
      </span>
    )
  return (
    <span class="stack-xs">
      <span class="status status-broken">
        <Icon name="broken" />
        <span>
          fails since <Moment at={failingSince} as="minute" quiet />
        </span>
      </span>
      {error !== null && <small>{error}</small>}
      {nextTryAt !== null && (
        <small class="muted">
          next try <Moment at={nextTryAt} quiet />
        </small>
      )}
    </span>
  )
}

function Switch({ kind, by, pingedAt, error }: NotificationsView['deadman'][number]) {
  return (
    <li>
      <b>{kind === 'healthchecks' ? 'Healthchecks' : 'Uptime Kuma'}</b>,{' '}
      {by === 'check' ? 'called after each check' : 'told after each check whether something is broken'}
      <br />
      {error === null ? (
        <span class={`status status-${pingedAt === null ? 'unknown' : 'healthy'}`}>
          <Icon name={pingedAt === null ? 'dashed' : 'check'} />
          <span>
            last call <MomentOr at={pingedAt} none="not yet" quiet />
          </span>
        </span>
      ) : (
        <span class="status status-broken">
          <Icon name="broken" />
          <span>the newest call failed: {error}</span>
        </span>
      )}
    </li>
  )
}

function Results({ tried: { items } }: { readonly tried: TriedView }) {
  return (
    <div class="stack-s" role="status">
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
