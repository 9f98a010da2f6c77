import type { StatusWord } from './dataset-row.ts'
import { Icon, type IconName } from './icon.tsx'

export const STATUS_WORDS: Readonly<Record<StatusWord, string>> = {
  HEALTHY: 'Healthy',
  WARNING: 'Warning',
  BROKEN: 'Broken',
  REPAIRING: 'Repairing',
  UNKNOWN: 'Unknown',
}

const SHAPES: Readonly<Record<StatusWord, IconName>> = {
  HEALTHY: 'check',
  WARNING: 'alert',
  BROKEN: 'broken',
  REPAIRING: 'repairing',
  UNKNOWN: 'dashed',
}

/** Five shapes, so that a status can be read without colour. */
export function StatusShape({ status, size }: { readonly status: StatusWord; readonly size?: number }) {
  return <Icon name={SHAPES[status]} size={size} />
}

interface Props {
  readonly status: StatusWord
  readonly badge?: boolean
  /** For headings: the word in capitals, as the API writes it. */
  readonly size?: number
}

export function StatusMark({ status, badge, size }: Props) {
  return (
    <span class={`status status-${status.toLowerCase()}${badge ? ' badge' : ''}`}>
      <StatusShape status={status} size={size} />
      {STATUS_WORDS[status]}
    </span>
  )
}
