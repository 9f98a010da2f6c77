import type { ComponentChildren } from 'preact'
import { durationText } from '#lib/text/words.ts'
import { Moment } from '../moment.tsx'
import { StatusShape } from '../status-mark.tsx'
import type { Summary } from './summary.ts'

/** Is everything all right? The actions stand beside it. */
export function Headline({ summary, children }: { readonly summary: Summary; readonly children: ComponentChildren }) {
  const { overall, headline, counts, lastCheckAt, nextCheckAt, oldest } = summary
  return (
    <header class="headline">
      <div>
        <h1 class={`status-${overall.toLowerCase()}`}>
          <StatusShape status={overall} size={26} /> <span>{headline}</span>
        </h1>
        <p class="muted">
          {counts.total > 0 && `${counts.HEALTHY} of ${counts.total} healthy · `}
          {oldest !== null && `oldest lag ${durationText(oldest.lagSeconds)} (${oldest.name}) · `}
          {lastCheckAt === null ? 'not checked yet' : <>last check {<Moment at={lastCheckAt} />}</>}
          {' · '}
          {nextCheckAt === null ? 'no check is scheduled' : <>next {<Moment at={nextCheckAt} />}</>}
        </p>
      </div>
      <div class="row actions">{children}</div>
    </header>
  )
}
