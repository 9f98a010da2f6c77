import { describe, expect, setDefaultTimeout, test } from 'bun:test'

setDefaultTimeout(600_000)

import { readdirSync, readFileSync } from 'node:fs'
import { openPipeline } from './pipeline.ts'

const openDescriptors = (): number => readdirSync('/proc/self/fd').length
/** The descriptors of a child's stderr go a moment after its end; what leaks is there for ever. */
async function settledDescriptors(limit: number): Promise<number> {
  for (let looks = 0; looks < 100 && openDescriptors() > limit; looks++) await Bun.sleep(20)
  return openDescriptors()
}
/** Of our own threads: the counters of the process also hold those of children that have ended. */
const readByUs = (): number =>
  readdirSync('/proc/self/task')
    .map((thread) => /rchar: (\d+)/.exec(readFileSync(`/proc/self/task/${thread}/io`, 'latin1'))?.[1] ?? '0')
    .reduce((sum, count) => sum + Number(count), 0)
const sh = (script: string) => ({ file: 'sh', args: ['-c', script] })

describe('stages joined by kernel pipes', () => {
  test('the last one sees what the first one wrote, and its end; no byte comes through us', async () => {
    const before = openDescriptors()
    const readBefore = readByUs()
    let counted = ''
    const pipeline = await openPipeline([
      sh('head -c 100000000 /dev/zero'),
      sh('cat'),
      { ...sh('wc -c >&2'), onStderr: (chunk) => (counted += Buffer.from(chunk).toString()) },
    ])
    const children = [2, 1, 0].map((index) => pipeline.start(index))
    const exits = await Promise.all(children.map((child) => child.exited))
    expect(exits.map((exit) => exit.exitCode)).toEqual([0, 0, 0])
    for (let looks = 0; looks < 100 && counted === ''; looks++) await Bun.sleep(20)
    expect(counted.trim()).toBe('100000000')
    expect(readByUs() - readBefore).toBeLessThan(10_000_000)
    expect(await settledDescriptors(before)).toBeLessThanOrEqual(before)
  })

  test('each keeps its own exit code; a writer without a reader dies of SIGPIPE', async () => {
    const pipeline = await openPipeline([{ file: 'yes', args: [] }, sh('head -c 10 >/dev/null; exit 7')])
    const sink = pipeline.start(1)
    const source = pipeline.start(0)
    expect(await sink.exited).toMatchObject({ exitCode: 7 })
    expect(await source.exited).toMatchObject({ signal: 'SIGPIPE' })
  })

  test('a stage that is never started leaves no descriptor and no waiting neighbour', async () => {
    const before = openDescriptors()
    const pipeline = await openPipeline([sh('echo never'), sh('cat')])
    const sink = pipeline.start(1)
    pipeline.abandon()
    expect(await sink.exited).toMatchObject({ exitCode: 0 })
    expect(await settledDescriptors(before)).toBeLessThanOrEqual(before)
  })

  test('thirty at once: each one sees the end of its own input', async () => {
    const sums = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const pipeline = await openPipeline([sh('head -c 1000000 /dev/zero'), sh('test $(wc -c) = 1000000')])
        const children = [pipeline.start(1), pipeline.start(0)]
        return (await Promise.all(children.map((child) => child.exited))).every((exit) => exit.exitCode === 0)
      }),
    )
    expect(sums.every(Boolean)).toBe(true)
  })
})
