/** What one session of the hostile SAN says, in this order, and how its ssh ends. */
export interface Spoken {
  readonly pieces: readonly { readonly to: 1 | 2; readonly bytes: Uint8Array }[]
  readonly exitCode: number
}
/** The remote side knows the nonce: it stands in the line that it is to run. */
export type Session = (nonce: string) => Promise<Spoken>

interface Request {
  readonly file: string
  readonly args: readonly string[]
  readonly onStdout?: (chunk: Uint8Array) => void
  readonly onStderr?: (chunk: Uint8Array) => void
}

/** The program that is no program: a child of this name is a session from the list. */
export const STAND_IN = 'a-hostile-san'
const PLACE = Symbol.for('tests/hostile: stand-in')
const sessions = new Map<string, Session>()
let last = 0

/** @returns where ssh is told to find its configuration: the name of the session */
export function expectSession(session: Session): string {
  const name = `session-${++last}`
  sessions.set(name, session)
  return name
}

/**
 * From now on lib/ssh runs its sessions with the hostile SAN through its own code, and only the process is not one: so they
 * need no time and can be played again. To be called before anything of the product is imported.
 */
export function standInForChildren(): void {
  Reflect.set(globalThis, PLACE, start)
  Bun.plugin({
    name: 'hostile SAN',
    setup(build) {
      build.onLoad({ filter: /\/lib\/process\/child\.ts$/ }, async ({ path }) => {
        const text = await Bun.file(path).text()
        const declared = 'export function startChild('
        if (text.split(declared).length !== 2) throw new Error(`${path} has changed: it does not declare startChild.`)
        const dispatch = `export const startChild = (request: ChildRequest): Child =>
          request.file === ${JSON.stringify(STAND_IN)}
            ? (globalThis as any)[Symbol.for(${JSON.stringify(PLACE.description)})](request)
            : startRealChild(request)`
        return { loader: 'ts', contents: `${text.replace(declared, 'function startRealChild(')}\n${dispatch}\n` }
      })
    },
  })
}

function start(request: Request) {
  const name = request.args[request.args.indexOf('-F') + 1] ?? ''
  const nonce = /@@S:([0-9a-f]+)/.exec(request.args.at(-1) ?? '')?.[1]
  const session = sessions.get(name)
  sessions.delete(name)
  if (session === undefined || nonce === undefined) throw new Error(`Nobody expected the session ${name}.`)
  let over = false
  const exited = session(nonce).then(({ pieces, exitCode }) => {
    for (const { to, bytes } of pieces) {
      if (over) break
      if (to === 1) request.onStdout?.(bytes)
      else request.onStderr?.(bytes)
    }
    return { exitCode: over ? null : exitCode, signal: over ? 'SIGTERM' : null, failure: null }
  })
  return {
    pid: process.pid,
    exited,
    endInput() {},
    terminate() {
      over = true
    },
  }
}
