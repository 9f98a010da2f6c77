import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Anchor, removalScript } from '#lib/inspect/anchors.ts'
import { makeTestSans, type TestSans } from '#simulator/testing/sans.ts'

setDefaultTimeout(600_000)

let sans: TestSans
beforeEach(() => {
  sans = makeTestSans()
  sans.sh('zfs create \'tank/my data\'; for s in a b; do zfs snapshot "tank/my data@$s"; done')
  sans.sh('for s in a b; do zfs bookmark "tank/my data@$s" "tank/my data#zw-$s"; done')
})
afterEach(() => sans.close())

const guid = (name: string): string => sans.sh(`zfs get -Hp -o value guid 'tank/my data@${name}'`).stdout.trim()
const anchor = (name: string, over: Partial<Anchor> = {}): Anchor => ({
  host: 'a',
  dataset: 'tank/my data',
  mark: `zw-${name}`,
  guid: guid(name),
  creation: 0,
  snapshot: name,
  use: 'SUPERSEDED',
  because: 'b has a newer one to start from.',
  ...over,
})

function runScript(anchors: readonly Anchor[], ...words: string[]) {
  const file = join(sans.a.directory, 'anchors.sh')
  writeFileSync(file, removalScript('a', anchors, '2026-11-22T12:00:00Z'))
  return sans.sh(`sh '${file}' ${words.join(' ')}`)
}
const left = (): string => sans.sh('zfs list -H -o name -t snapshot,bookmark -r tank').stdout

test('--really removes the bookmark of that guid; without it nothing happens', () => {
  const before = left()
  const anchors = [anchor('a'), anchor('b', { use: 'NEEDED' })]
  expect(runScript(anchors).stdout).toContain("would run: 'zfs' 'destroy' 'tank/my data#zw-a'")
  expect(left()).toBe(before)
  expect(runScript(anchors, '--really')).toMatchObject({ exitCode: 0, stderr: '' })
  expect(left()).toBe(before.replace('tank/my data#zw-a\n', ''))
})

test('another bookmark under that name stays', () => {
  const before = left()
  const { exitCode, stdout } = runScript([anchor('a', { guid: '5' })], '--really')
  expect(stdout).toContain('is another one now')
  expect({ exitCode, left: left() }).toEqual({ exitCode: 1, left: before })
})
