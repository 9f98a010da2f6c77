import type { StatusWord } from './dataset-row.ts'

const WORDS: Readonly<Record<StatusWord, string>> = {
  HEALTHY: 'Healthy',
  WARNING: 'Warning',
  BROKEN: 'Broken',
  REPAIRING: 'Repairing',
  UNKNOWN: 'Unknown',
}

/** Shapes differ, so that the status can be read without colour. */
const SHAPES: Readonly<Record<StatusWord, string>> = {
  HEALTHY: '✓',
  WARNING: '▲',
  BROKEN: '⯃',
  REPAIRING: '↻',
  UNKNOWN: '?',
}

export function StatusMark({ status }: { readonly status: StatusWord }) {
  return (
    <span class={`status status-${status.toLowerCase()}`}>
      <span class="shape" aria-hidden="true">
        {SHAPES[status]}
      </span>{' '}
      {WORDS[status]}
    </span>
  )
}
