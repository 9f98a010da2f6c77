import type { Config } from '#config/effective.ts'
import type { Store } from '#lib/db/types.ts'
import type { Emit, EngineLog } from '#lib/engine/ports.ts'
import type { Engine } from '#lib/engine/types.ts'
import { gatherReport } from '#lib/history/gather-report.ts'
import { reportMessage } from '#lib/history/report-text.ts'
import { openChannel } from '#lib/notify/channels/all.ts'
import { ping } from '#lib/notify/deadman.ts'
import type { Telling } from '#lib/services.ts'
import { Deadman } from '#lib/telling/deadman.ts'
import { Teller } from '#lib/telling/teller.ts'

interface Parts {
  readonly engine: Engine
  readonly store: Store
  readonly config: () => Config
  readonly warnings: () => Promise<readonly string[]>
  readonly log: EngineLog
  readonly now: () => number
  /** Incidents have begun, changed or ended. */
  readonly changed: () => void
}

/** What tells the outside, put together. */
interface TellingParts {
  readonly services: Telling
  readonly teller: Teller
  readonly listeners: readonly Partial<Emit>[]
  /** For metrics: messages sent and tries that failed, by channel. */
  counts(): readonly { readonly channel: string; readonly result: string; readonly count: number }[]
  /** Epoch ms of the newest ping that a dead man's switch took; null: none yet. */
  lastPingAt(): number | null
  /** Sentences about what keeps people from being told: a look, channels, switches that fail. */
  warnings(): readonly string[]
}

export function createTelling({ engine, store, config, warnings, log, now, changed }: Parts): TellingParts {
  const teller = new Teller({
    engine,
    store,
    config,
    warnings,
    open: (channel) => openChannel(channel, { publicUrl: config().server.publicUrl }),
    calendar: {
      store,
      config,
      report: async () => reportMessage(await gatherReport({ engine, store, config: config(), now })),
      decisions: () => engine.decisions().map(({ dataset }) => dataset),
    },
    log,
    now,
    changed,
  })
  const deadman = new Deadman({
    pings: () => config().notifications.deadman,
    ping,
    datasets: () => engine.datasets(),
    log,
    now,
    stopping: teller.stopping,
  })
  return {
    teller,
    listeners: [teller.listener(), deadman.listener()],
    warnings: () => [
      ...teller.warnings(),
      ...teller.outbox.health().flatMap(({ message }) => message ?? []),
      ...deadman.warnings(),
    ],
    counts: () =>
      config().notifications.channels.flatMap(({ name: channel }) => {
        const { sent = 0, failed = 0 } = teller.outbox.counts().get(channel) ?? {}
        return [
          { channel, result: 'sent', count: sent },
          { channel, result: 'failed', count: failed },
        ]
      }),
    lastPingAt: () => {
      const pinged = deadman.state().flatMap(({ pingedAt }) => pingedAt ?? [])
      return pinged.length === 0 ? null : Math.max(...pinged)
    },
    services: {
      book: () => teller.book(),
      acknowledge: (id, ack) => teller.acknowledge(id, ack),
      test: (by, channel) => teller.test(by, channel),
      overview: () => ({
        channels: config().notifications.channels.map((each) => ({
          config: each,
          state: teller.outbox.state(each.name),
        })),
        deadman: deadman.state(),
      }),
    },
  }
}
