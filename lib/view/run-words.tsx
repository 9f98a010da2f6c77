import type { RunView } from '#lib/api/run.ts'
import { bytesText } from '#lib/text/words.ts'
import { Icon, type IconName } from './icon.tsx'

type State = RunView['state']

const STATES: Readonly<Record<State, readonly [string, IconName, string]>> = {
  QUEUED: ['Queued', 'dashed', 'unknown'],
  RUNNING: ['Running', 'repairing', 'repairing'],
  SUCCEEDED: ['Succeeded', 'check', 'healthy'],
  SUCCEEDED_WITH_WARNINGS: ['Succeeded with warnings', 'alert', 'warning'],
  NO_CHANGE: ['No change', 'check', 'healthy'],
  FAILED: ['Failed', 'broken', 'broken'],
  CANCELLED: ['Cancelled', 'pause', 'unknown'],
  INTERRUPTED: ['Interrupted', 'alert', 'warning'],
  BLOCKED: ['Blocked', 'alert', 'warning'],
}

/** How a run stands: a shape and a word. */
export function RunState({ state, badge }: { readonly state: State; readonly badge?: boolean }) {
  const [word, icon, colour] = STATES[state]
  return (
    <span class={`status status-${colour}${badge ? ' badge' : ''}`}>
      <Icon name={icon} />
      {word}
    </span>
  )
}

export const RUN_STATES = Object.keys(STATES) as readonly State[]

export function stateWord(state: State): string {
  return STATES[state][0]
}

export const KIND_WORDS: Readonly<Record<RunView['kind'], string>> = {
  SCAN: 'Check and repair',
  CHECK: 'Check',
  REPAIR: 'Repair',
  RELOAD: 'Reload',
}

/** `web: anna`, `api: token ci`, `schedule`: what started it. */
export function triggerWords({ type, by }: RunView['trigger']): string {
  return type === 'INTERNAL' ? 'the witness' : by
}

/** `9 TiB`, or `no change`. */
export function changedWords({ bytes, kind }: Pick<RunView, 'bytes' | 'kind'>): string {
  if (bytes > 0) return bytesText(bytes)
  return kind === 'REPAIR' ? 'no data' : 'no change'
}
