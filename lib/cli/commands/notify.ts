import type { NotificationsView, TriedView } from '../answers.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { paint } from '../text.ts'

export const notifyTest: Command = {
  name: 'notify test',
  summary: 'Send a test message to one channel, or to all, and say what came of it.',
  usage: '[<channel>]',
  operands: [0, 1],
  proposes: ['channel'],
  options: [],
  async run(args, context) {
    const connection = await context.connect()
    const { out } = context
    const [channel] = args.operands
    const { items } = await connection.post<TriedView>(
      '/api/notifications/test',
      channel === undefined ? {} : { channel },
    )
    if (out.format === 'json') out.json('notify-test/1', { items })
    else if (out.format === 'plain')
      for (const { channel: name, type, ok, error } of items) out.record([name, type, ok ? 'ok' : 'failed', error])
    else {
      if (items.length === 0)
        out.note('Nothing was sent: no channel is configured (notifications.channels in app-config.yaml).')
      for (const { channel: name, type, error } of items)
        out.line([
          error === null ? paint('green', '✓') : paint('red', '✗'),
          ` ${name} (${type})${error === null ? ': sent' : `: ${error}`}`,
        ])
    }
    // A script that asks for a test must not take silence for one that was passed.
    if (items.length === 0) return EXIT.NOT_FOUND
    return items.every(({ ok }) => ok) ? EXIT.DONE : EXIT.FAILED
  },
}

export const notifyList: Command = {
  name: 'notify list',
  summary: 'The channels, whether they take messages, and what waits for them.',
  usage: '',
  operands: [0, 0],
  options: [],
  async run(_, context) {
    const connection = await context.connect()
    const { out } = context
    const view = await connection.get<NotificationsView>('/api/notifications')
    if (out.format === 'json') out.json('notifications/1', view)
    else if (out.format === 'plain')
      for (const { name, type, waiting, sentAt, failingSince, error } of view.channels)
        out.record([name, type, waiting, sentAt, failingSince, error])
    else if (view.channels.length === 0)
      out.note('No channel is configured: notifications.channels in app-config.yaml.')
    else
      out.table(
        [{ title: 'CHANNEL' }, { title: 'TYPE' }, { title: 'FROM' }, { title: 'WAITING' }, { title: 'STATE' }],
        view.channels.map(({ name, type, minSeverity, waiting, sentAt, failingSince, error }) => [
          name,
          type,
          minSeverity,
          String(waiting),
          failingSince === null
            ? sentAt === null
              ? 'nothing sent yet'
              : `last sent ${sentAt}`
            : paint('red', `failing since ${failingSince}: ${error ?? ''}`),
        ]),
      )
    return EXIT.DONE
  },
}
