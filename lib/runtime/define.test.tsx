import { expect, test } from 'bun:test'
import { renderToString } from 'preact-render-to-string'
import { z } from 'zod'
import { createDefine } from './define.ts'
import { Island } from './page.tsx'

interface Services {
  readonly counter: { count(): number }
}
const { defineFunction, defineRoute, definePage } = createDefine<Services>()

// Every `@ts-expect-error` here is a claim about inference: `bun check` fails where the compiler would be content.

test('a definition is returned as it is, and its types come from its schemas', () => {
  const definition = defineFunction({
    summary: 'Counts.',
    input: z.object({ by: z.number().default(1) }),
    output: z.object({ total: z.number() }),
    schedule: ({ counter }) => (counter.count() > 0 ? '@daily' : null),
    run({ by }, { counter, signal, actor, invocationId }) {
      const exact: number = by
      return { total: counter.count() + exact + (signal.aborted ? 1 : 0) + actor.name.length + invocationId.length }
    },
  })
  expect(definition.summary).toBe('Counts.')
})

test('a wrong output or an unknown service is a compile error', () => {
  defineRoute({
    summary: 'Says something else.',
    output: z.object({ total: z.number() }),
    // @ts-expect-error total is a number
    run: () => ({ total: 'many' }),
  })
  definePage({
    title: 'Asks for what is not there.',
    // @ts-expect-error there is no such service
    render: (_input, { nothing }) => <p>{nothing}</p>,
  })
})

function Clock({ at }: { readonly at: Date }) {
  return <time>{at.toISOString()}</time>
}
function Label({ text }: { readonly text: string }) {
  return <b>{text}</b>
}

test('props that are not JSON are a compile error; an island outside a page or the folder is an error', () => {
  // @ts-expect-error a Date would arrive as text
  const clock = <Island of={Clock} with={{ at: new Date() }} />
  expect(() => renderToString(clock)).toThrow('only inside a page')
  expect(() => renderToString(<Island of={Label} with={{ text: 'a' }} />)).toThrow('only inside a page')
})
