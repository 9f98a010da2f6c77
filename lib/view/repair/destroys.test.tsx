import { expect, test } from 'bun:test'
import { renderToString } from 'preact-render-to-string'
import { Destroys, type Lost } from './destroys.tsx'

const lost = (name: string, over: Partial<Lost> = {}): Lost => ({
  kind: 'SNAPSHOT',
  name,
  guid: '99',
  createdAt: null,
  usedBytes: 0,
  ...over,
})
const shown = (destroys: readonly Lost[]): string =>
  renderToString(<Destroys destroys={destroys} host="hqs1" dataset="hqs1p1/DAT1" />).replaceAll(/<[^>]+>/g, ' ')

test('snapshots without a change are named, and that nothing that was written is lost', () => {
  const text = shown([lost('x1', { holdsNothing: true }), lost('x2', { holdsNothing: true })])
  expect(text).toContain('This destroys 2 snapshots on hqs1 (hqs1p1/DAT1), by name. No change is in them')
  expect(text).toContain('@x1')
  expect(text).toContain('@x2')
  expect(text).not.toContain('destroys data')
})

test('one with a change among them, and it is data that is destroyed', () => {
  const text = shown([lost('x1', { holdsNothing: true }), lost('x2', { usedBytes: 4096 })])
  expect(text).toContain('destroys data on hqs1')
})
