import { z } from 'zod'
import FunctionRun from '#islands/function-run.tsx'
import { Island } from '#lib/runtime/page.tsx'
import { definePage } from '#lib/services.ts'
import { Invocations } from '#lib/view/functions/invocations.tsx'
import { MomentOr } from '#lib/view/moment.tsx'
import { ask } from '../_ask.ts'
import { Page } from '../_page.tsx'
import { GET as functionRoute } from '../api/functions/[name].ts'

export default definePage({
  title: ({ name }) => `Function ${name}`,
  input: z.object({ name: z.string().min(1).max(100) }),
  async render(input, context) {
    const known = await ask(functionRoute, input, context)
    const { name, summary, schedule, timezone, nextAt, previousAt, access } = known
    return (
      <Page context={context} at="functions">
        <nav class="crumbs" aria-label="Where you are">
          <ol>
            <li>
              <a href="/functions">Functions</a>
            </li>
            <li aria-current="page">{name}</li>
          </ol>
        </nav>
        <h1 class="mono">{name}</h1>
        <p>{summary}</p>
        <p class="muted">
          {schedule === null ? (
            'Runs only when asked.'
          ) : (
            <>
              Schedule <code>{schedule}</code> {timezone}, next {<MomentOr at={nextAt} none="not planned" />}, last{' '}
              {<MomentOr at={previousAt} none="not yet" />}.
            </>
          )}
        </p>
        <Island of={FunctionRun} with={{ name, access, schema: known.input }} />
        <h2>Last invocations</h2>
        <Invocations invocations={known.invocations} />
      </Page>
    )
  },
})
