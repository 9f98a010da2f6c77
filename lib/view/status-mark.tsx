import type { StatusWord } from './dataset-row.ts'

const WORDS: Readonly<Record<StatusWord, string>> = {
  HEALTHY: 'Healthy',
  WARNING: 'Warning',
  BROKEN: 'Broken',
  REPAIRING: 'Repairing',
  UNKNOWN: 'Unknown',
}

/**
 * Lines on a grid of 16. Shapes differ, so that the status can be read without colour; drawn, because not every font
 * has an octagon.
 */
const SHAPES: Readonly<Record<StatusWord, string>> = {
  HEALTHY: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13M5 8.2l2.2 2.3 4-4.6',
  WARNING: 'M8 1.8 15 14H1zM8 6v4M8 11.6v.6',
  BROKEN: 'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  REPAIRING: 'M13.5 6.5A6 6 0 0 0 3 4.7M3 1.7v3h3M2.5 9.5A6 6 0 0 0 13 11.3M13 14.3v-3h-3',
  UNKNOWN: 'M6 6.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4M8 11.4v.6',
}

export function StatusMark({ status }: { readonly status: StatusWord }) {
  return (
    <span class={`status status-${status.toLowerCase()}`}>
      <svg class="shape" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        {status === 'UNKNOWN' && <circle cx="8" cy="8" r="6.5" stroke-dasharray="2.5 1.6" />}
        <path d={SHAPES[status]} />
      </svg>{' '}
      {WORDS[status]}
    </span>
  )
}
