import { expect, test } from 'bun:test'
import { parse } from 'yaml'
import { load } from '#config/notifications.fixture.ts'
import { KINDS } from '#lib/notify/channels/all.ts'
import { deliver, OVER_HTTP, receiver } from '#lib/notify/channels/receiver.fixture.ts'
import { EVENTS } from '#lib/notify/message.ts'

const page = await Bun.file('docs/notifications.md').text()
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text)

test('the page names every event', () => {
  const named = /The events:\n\n(.*?)\n\n/s.exec(page)?.[1] ?? ''
  expect([...named.matchAll(/`([^`]+)`/g)].map(([, event]) => event)).toEqual([...EVENTS])
})

test('every example of the page loads, and there is one of each type', () => {
  const found = blocks('yaml').map((text) => parse(text))
  const lists = found.filter(Array.isArray)
  for (const section of [...lists.map((channels) => ({ channels })), ...found.filter((each) => !Array.isArray(each))])
    expect(load(section.notifications ?? section).faults).toBeUndefined()
  expect(lists.flat().map(({ type }) => type)).toEqual(KINDS.map(({ type }) => type))
})

test('a webhook has the keys that the page shows', async () => {
  using there = receiver()
  await deliver('webhook', OVER_HTTP.webhook?.(there.url) ?? {})
  expect(Object.keys(JSON.parse(blocks('json')[0] ?? '{}'))).toEqual(
    Object.keys(JSON.parse(there.received[0]?.body ?? '[]')),
  )
})
