/**
 * Answers `zfs`, `zpool` and `date` of every simulated SAN that its clients (client.pl) name:
 * `bun simulator/resident.ts DIRECTORY OWNER`. It listens on DIRECTORY/socket, its number is in DIRECTORY/pid.
 * It ends with the process OWNER (a mark, see process-mark.ts), or after ten idle minutes.
 *
 * It keeps nothing between two commands: each reads the state of its SAN anew, as a process of its own would, so it
 * may be killed and another may go on at any moment.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'
import { isAlive, markOf } from './state/process-mark.ts'
import { OwnProcess } from './words/command-io.ts'

const idleMs = 10 * 60_000
const lookMs = 500

type Frame = readonly [kind: 'a' | '1' | '2' | 'o' | 'x', content: string]

interface Client {
  /** Of the request, as far as it has come. */
  request: Buffer
  /** Of the answer, as far as it has not gone. */
  answer: Buffer
  over: boolean
}
type Socket = Bun.Socket<Client>

const [directory = '', owner = ''] = process.argv.slice(2)
const path = join(directory, 'socket')
let lastAt = performance.now()

// Whoever starts us holds the lock: a socket that is there is one that no one listens on any more.
rmSync(path, { force: true })
writeFileSync(join(directory, 'pid'), String(process.pid))
Bun.listen<Client>({
  unix: path,
  socket: {
    open(socket) {
      socket.data = { request: Buffer.alloc(0), answer: Buffer.alloc(0), over: false }
    },
    data(socket, chunk) {
      const { data } = socket
      data.request = Buffer.concat([data.request, chunk])
      if (data.request.length < 4 || data.request.length < 4 + data.request.readUInt32BE(0)) return
      void answer(socket, data.request.toString('utf8', 4).split('\0'))
    },
    drain: flush,
  },
})

setInterval(() => {
  if (isAlive(owner) && performance.now() - lastAt < idleMs) return
  rmSync(directory, { recursive: true, force: true })
  process.exit(0)
}, lookMs)

async function answer(socket: Socket, request: readonly string[]): Promise<void> {
  lastAt = performance.now()
  const [pid = '', zone = '', san = '', user = '', ...words] = request
  const client = markOf(Number(pid))
  // Killed while it waited for its turn: a process that is dead does nothing more.
  if (!isAlive(client)) return void socket.end()
  // No command waits for anything, so each runs to its end in the zone of its own caller.
  if (zone === '') delete process.env.TZ
  else process.env.TZ = zone
  // Before anything is done: a client that has not seen this may ask for the same again.
  send(socket, [['a', '']])
  send(socket, await frames(words, san, user, client))
}

/** What the command says, in order, and how it ends; none of it when it turns out to need a process of its own. */
async function frames(words: readonly string[], directory: string, user: string, owner: string): Promise<Frame[]> {
  const said: Frame[] = []
  const refuse = (): never => {
    throw new OwnProcess()
  }
  const io = {
    read: refuse,
    readText: refuse,
    write: refuse,
    tell: (descriptor: 1 | 2, text: string) => void said.push([`${descriptor}`, text]),
  }
  try {
    const code = await run(words, { directory, user, io, owner, now: Date.now, shared: true })
    return [...said, ['x', String(code)]]
  } catch (error) {
    if (error instanceof OwnProcess) return [['o', '']]
    return [...said, ['2', `${Bun.inspect(error)}\n`], ['x', '1']]
  }
}

function send(socket: Socket, frames: readonly Frame[]): void {
  const pieces = frames.flatMap(([kind, content]) => {
    const bytes = Buffer.from(content)
    const head = Buffer.alloc(5)
    head.write(kind, 'latin1')
    head.writeUInt32BE(bytes.length, 1)
    return [head, bytes]
  })
  const { data } = socket
  data.answer = Buffer.concat([data.answer, ...pieces])
  data.over ||= frames.some(([kind]) => kind === 'x' || kind === 'o')
  flush(socket)
}

function flush(socket: Socket): void {
  const { data } = socket
  const sent = socket.write(data.answer)
  // Below zero: the client went away.
  data.answer = data.answer.subarray(Math.max(0, sent))
  if (sent < 0 || (data.over && data.answer.length === 0)) socket.end()
}
