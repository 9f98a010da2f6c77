import { cleanLine } from './clean.ts'

/** What `zfs send -v -P` and `zfs send -t` say of their progress: no message. */
const CHATTER =
  /^(full\t|incremental\t|size\t|[0-9]{2}:[0-9]{2}:[0-9]{2}\t|resume token contents:|nvlist version:|\t[a-z]+ = |skipping snapshot )/
/** Second halves: zfs breaks some of its sentences over two lines. */
const CONTINUED =
  /^(since most recent snapshot|match incremental source|must specify -F to overwrite it|must destroy (it|them) to overwrite it)/
/** What follows the usage text (8 KB) or the resume hint never says why. */
const ENDS_HERE = /^(usage:|A resuming stream can be generated)/

/** Of its beginning, which names the cause, and of its end: characters. */
const ENDS = 4096

/** The messages in what zfs or zpool wrote on stderr, one sentence each, cleaned. */
export function stderrMessages(stderr: string): readonly string[] {
  const messages: string[] = []
  for (const line of bothEnds(stderr).split('\n')) {
    if (ENDS_HERE.test(line)) break
    if (CHATTER.test(line)) continue
    const text = cleanLine(line).trim()
    if (text === '') continue
    if (CONTINUED.test(text) && messages.length > 0) messages.push(`${messages.pop()} ${text}`)
    else messages.push(text)
  }
  return messages
}

function bothEnds(text: string): string {
  if (text.length <= 2 * ENDS) return text
  const end = text.slice(-ENDS)
  // A line that is cut off at its beginning says something else than it did.
  return `${text.slice(0, ENDS)}\n${end.slice(end.indexOf('\n') + 1)}`
}
