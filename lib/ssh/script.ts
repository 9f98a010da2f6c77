import { quote, quoteAll } from '#lib/text/shell.ts'
import { beatMark, beginMark, endMark, shellMark } from './marker.ts'
import type { RemoteCommand, SshSettings } from './types.ts'

/*
 * What is sent is always `exec sh -c '<one line>'`: the one form that sh, bash, zsh, csh, tcsh and fish understand alike.
 * Inside, plain POSIX sh without backslashes and `!`, because those two do not survive csh and fish.
 */

/** A login without a profile often lacks the sbin directories, where zfs lives. */
const PREPARE = 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL'

/**
 * The leash. sshd sends no signal to a command without a terminal when its client vanishes: a hanging `zfs list` would
 * stay for ever, one more with each scan. So a watcher reads our stdin, which never says anything; its end means that the
 * client is gone (closed, cut off or killed), and the whole process group of this session goes. It is the end of a session
 * that went well, too: then the shell is gone already and there is nothing to do. (`$$` is the shell's own number also in
 * the watcher. The watcher's would be `$` and an exclamation mark, which csh takes for its history.)
 */
const WATCHER =
  '(while read -r x; do :; done; kill -0 $$ && trap "" TERM && kill 0 && sleep 2 && kill -9 0) <&3 3<&- 4<&- >/dev/null 2>&1'

const leashed = (body: string): string => `${WATCHER} & { ${body}; } 3<&- 4<&-; r=$?`
/** Before what is leashed: our stdin becomes its leash. */
const LEASH = 'exec 3<&0 </dev/null'

/**
 * The heartbeat: a line on stderr every few seconds for as long as the commands last, so that silence means the link and
 * not a slow command. It is a shell of its own that says its number first, because only so (without `$` and an exclamation
 * mark, and in a ksh93, which waits for what was begun in `$( )`) it can be ended: it holds stderr, and the session would
 * wait for it. Its `sleep` holds nothing and is gone after `seconds`. It ends by itself when the session's shell is gone
 * (`kill -0`), when the shell that read its number is gone (the empty `echo`), and when stderr has no reader any more. A
 * line is one write, which another writer to the same pipe cannot part; it may part a line of a command, and the reader
 * takes it out again. (SIGPIPE, because of that end alone no shell says a word.)
 */
function withHeartbeat(nonce: string, seconds: number, body: string): string {
  const beat = `sleep ${seconds} 2>/dev/null && kill -0 $0 2>/dev/null && echo 2>/dev/null && echo ${beatMark(nonce)} >&2`
  const heart = `(trap - PIPE; exec sh -c ${quote(`echo $$; while ${beat}; do :; done`)} $$ 3<&- </dev/null)`
  return `${heart} | { read h; exec 4<&0 </dev/null; ${body}; kill -PIPE $h 2>/dev/null; exit $r; }`
}

const wrap = (script: string): string => `exec sh -c ${quote(script)}`

/** `words` as a line of the batch function `z`; `path` is its place: 0, 1, 1.0 (in the onFailure of 1), … */
function step(command: RemoteCommand, path: string): string {
  const line = `z ${path} ${quoteAll(command.argv)}`
  const more = (command.onFailure ?? []).map((next, index) => step(next, `${path}.${index}`))
  return more.length === 0 ? line : `${line} || { ${more.join('; ')}; }`
}

/** The same in fewer words where it can be: with each name written out again, a thousand would not fit in one ssh command. */
function shortStep(command: RemoteCommand, path: string): string {
  const names = retriedOneByOne(command)
  if (names === null) return step(command, path)
  const start = quoteAll(command.argv.slice(0, -names.length))
  const each = `k=0; for n in "$@"; do z ${path}.$k ${start} "$n"; k=$((k+1)); done`
  return `set -- ${quoteAll(names)}; z ${path} ${start} "$@" || { ${each}; }`
}

/** The last words of a command whose `onFailure` is the same command with each of them alone; null for every other. */
function retriedOneByOne({ argv, onFailure = [] }: RemoteCommand): readonly string[] | null {
  const start = argv.length - onFailure.length
  if (onFailure.length < 2 || start < 1) return null
  const same = onFailure.every(({ argv: words, onFailure: further }, index) => {
    const expected = [...argv.slice(0, start), argv[start + index]]
    return further === undefined && words.length === expected.length && words.every((word, at) => word === expected[at])
  })
  return same ? argv.slice(start) : null
}

/** Length in characters of what one command adds to the line that is sent. */
export const stepLength = (command: RemoteCommand, index: number): number =>
  quote(shortStep(command, `${index}`)).length

/**
 * Commands one after the other in one session. Each is marked on stdout and on stderr, so that both can be told apart;
 * the empty `echo` ends a last line that has no newline of its own.
 */
export function batchScript(
  nonce: string,
  commands: readonly RemoteCommand[],
  { toTheEnd, beatSeconds }: { readonly toTheEnd: boolean; readonly beatSeconds: number },
): string {
  const begin = `${beginMark(nonce)}$i`
  const end = `${endMark(nonce)}$i:$r`
  const marked = `z() { i=$1; shift; echo ${begin}; echo ${begin} >&2; "$@"; r=$?; echo; echo ${end}; echo >&2; echo ${end} >&2; return $r; }`
  const start = `${PREPARE}; echo ${shellMark(nonce)} >&2; ${marked}`
  const beating = (body: string): string => withHeartbeat(nonce, beatSeconds, body)
  if (toTheEnd) {
    // Without the leash, and deaf to what the end of a client sends: a swap goes on to its end when the witness dies.
    const chain = commands.map((command, index) => step(command, `${index}`)).join(' && ')
    return wrap(`trap "" PIPE HUP; ${start}; ${beating(`{ ${chain}; } 4<&-`)}`)
  }
  const body = commands.map((command, index) => shortStep(command, `${index}`)).join('; ')
  return wrap(`${start}; ${LEASH}; ${beating(leashed(body))}`)
}

const ended = (nonce: string): string => `echo >&2; echo ${endMark(nonce)}0:$r >&2; exit $r`

/** Where in the pipe between two legs the stream begins: what a login script has said before it is not the stream's. */
const streamMark = (stream: string): string => `${beginMark(stream)}0`

/** The sending leg: its stdout is the stream, its stdin the leash. */
export const sourceScript = (nonce: string, stream: string, argv: readonly string[]): string =>
  wrap(
    `${PREPARE}; echo ${shellMark(nonce)} >&2; ${LEASH}; ${leashed(`echo ${streamMark(stream)}; ${quoteAll(argv)}`)}; ${ended(nonce)}`,
  )

/** The receiving leg: its stdin is the stream, whose end ends it. (`read` takes a pipe byte by byte, never too much.) */
export const sinkScript = (nonce: string, stream: string, argv: readonly string[]): string =>
  wrap(
    `${PREPARE}; echo ${shellMark(nonce)} >&2; while read -r x; do case $x in *${streamMark(stream)}) break;; esac; done; ${quoteAll(argv)}; r=$?; ${ended(nonce)}`,
  )

/** What a control connection runs: nothing, until our end of its stdin is gone. */
export const idleScript = (nonce: string): string => wrap(`echo ${shellMark(nonce)} >&2; while read -r x; do :; done`)

/** The arguments of ssh. `--` ends the options: nothing that follows can become one. */
export const sshArguments = (
  settings: SshSettings,
  host: string,
  script: string,
  socket: string | null = null,
): string[] => ['-F', settings.configFile, '-T', ...(socket === null ? [] : ['-S', socket]), '--', host, script]
