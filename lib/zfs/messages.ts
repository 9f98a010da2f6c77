import { MESSAGE_RULES } from './message-rules.ts'
import { stderrMessages } from './stderr-lines.ts'
import type { ZfsFault, ZfsFaultKind } from './types.ts'

/**
 * What the stderr of a failed zfs or zpool command means. Null when it says nothing at all; kind `unrecognised`, with
 * its first sentence, when it says something new.
 */
export function classifyZfs(stderr: string): ZfsFault | null {
  return classifyMessages(stderrMessages(stderr))
}

/** What a command that ended with 0 complains of: the data is there, something about it is not as it was asked. */
export function receiveWarnings(stderr: string): readonly ZfsFault[] {
  return stderrMessages(stderr)
    .filter((message) => !HARMLESS.test(message))
    .map((message) => classifyMessages([message]) ?? unrecognised(message))
}

/** `-I` carried a snapshot that the target has by the same guid. */
const HARMLESS = /^snap .* already exists; ignoring$/

function classifyMessages(messages: readonly string[]): ZfsFault | null {
  const [first] = messages
  if (first === undefined) return null
  for (const { pattern, kind, retryable } of MESSAGE_RULES) {
    const index = messages.findIndex((message) => pattern.test(message))
    if (index >= 0) return { kind, text: told(messages, index, kind), retryable }
  }
  return unrecognised(first)
}

/** `unable to restore to destination` alone does not name the parent; the line before it does. */
function told(messages: readonly string[], index: number, kind: ZfsFaultKind): string {
  const text = messages[index] ?? ''
  const before = messages[index - 1]
  return kind === 'parent-missing' && before?.startsWith('cannot open ') ? `${before}; ${text}` : text
}

function unrecognised(text: string): ZfsFault {
  return { kind: 'unrecognised', text, retryable: false }
}
