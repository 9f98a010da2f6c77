import type { Socket } from 'bun'

/** A TCP way to a port of this machine that can be slow, or go dead without a word to either end. */
export interface Wire {
  readonly port: number
  /** Nothing passes any more, in neither direction, and nobody is told. */
  freeze(): void
  /** How often the direction of what passed has changed: round trips, twice. */
  turns(): number
  stop(): void
}

interface Ends {
  other: Socket<Ends> | null
  readonly waiting: Uint8Array[]
  readonly from: 'client' | 'server'
}

/** `freezeAfterBytes`: of what the server has said. */
export function openWire(to: number, { delayMs = 0, freezeAfterBytes = Number.POSITIVE_INFINITY } = {}): Wire {
  let frozen = false
  let turns = 0
  let last: Ends['from'] | null = null
  let said = 0

  async function carry(socket: Socket<Ends>, data: Uint8Array): Promise<void> {
    const piece = data.slice()
    const { from } = socket.data
    if (from === 'server') {
      said += piece.length
      if (said > freezeAfterBytes) frozen = true
    }
    if (frozen) return
    if (from !== last) turns++
    last = from
    if (delayMs > 0) await Bun.sleep(delayMs)
    if (frozen) return
    const { other } = socket.data
    if (other === null) socket.data.waiting.push(piece)
    else write(other, piece)
  }

  const handlers = {
    data: (socket: Socket<Ends>, data: Uint8Array) => void carry(socket, data),
    close: (socket: Socket<Ends>) => void (frozen || socket.data.other?.end()),
    drain: flush,
  }
  const server = Bun.listen<Ends>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      ...handlers,
      async open(client) {
        client.data = { other: null, waiting: [], from: 'client' }
        const data: Ends = { other: client, waiting: [], from: 'server' }
        const far = await Bun.connect<Ends>({ hostname: '127.0.0.1', port: to, data, socket: handlers })
        client.data.other = far
        for (const piece of client.data.waiting.splice(0)) write(far, piece)
      },
    },
  })
  return {
    port: server.port,
    freeze() {
      frozen = true
    },
    turns: () => turns,
    stop: () => server.stop(true),
  }
}

/** What a socket does not take at once waits for its `drain`. */
const unsent = new WeakMap<Socket<Ends>, Uint8Array[]>()

function write(socket: Socket<Ends>, piece: Uint8Array): void {
  const queue = unsent.get(socket) ?? []
  unsent.set(socket, queue)
  queue.push(piece)
  flush(socket)
}

function flush(socket: Socket<Ends>): void {
  const queue = unsent.get(socket) ?? []
  for (let first = queue[0]; first !== undefined; first = queue[0]) {
    const taken = socket.write(first)
    if (taken < first.length) {
      queue[0] = first.subarray(Math.max(0, taken))
      return
    }
    queue.shift()
  }
}
