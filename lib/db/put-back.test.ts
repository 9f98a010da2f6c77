import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, disconnect } from './driver.ts'
import { examine } from './examine.ts'
import { openStore } from './open.ts'
import { takePlace } from './put-back.ts'
import { createdRun, freshStore, temporaryDirectory } from './store-fixture.ts'

const KILLS = 12

/** Puts one of two databases in the place of the other, as fast as it can, and opens it in between as the service would. */
const SWAPPER = `
import { copyFileSync, rmSync } from 'node:fs'
import { openStore } from ${JSON.stringify(join(import.meta.dir, 'open.ts'))}
import { takePlace } from ${JSON.stringify(join(import.meta.dir, 'put-back.ts'))}
const directory = process.argv[2]
const line = { at: 1, level: 'info', component: 'c', message: 'm', runId: null, datasetId: null, host: null, requestId: null, fields: {} }
const file = directory + '/zwitness.db'
for (let n = 0; ; n++) {
  copyFileSync(directory + (n % 2 ? '/one' : '/two'), directory + '/next')
  takePlace(directory + '/next', file, directory + '/kept')
  const store = await openStore({ directory })
  await store.addLogs([line])
  await store.close()
  rmSync(directory + '/kept', { force: true })
  process.stdout.write('.')
}`

test(`killed -9 while one takes the place of the other, ${KILLS} times: one of the two is there, whole`, async () => {
  const directory = temporaryDirectory()
  const store = await openStore({ directory })
  await store.copyTo(join(directory, 'one'))
  await createdRun(store)
  await store.copyTo(join(directory, 'two'))
  await store.close()
  const script = join(directory, 'swapper.ts')
  writeFileSync(script, SWAPPER)
  const runs = new Set<number>()
  for (let round = 0; round < KILLS; round++) {
    const swapper = Bun.spawn([process.execPath, 'run', script, directory], { stdout: 'pipe', stderr: 'inherit' })
    let swaps = 0
    for await (const chunk of swapper.stdout) {
      swaps += chunk.length
      if (swaps > (round * 5) % 17) swapper.kill('SIGKILL')
    }
    await swapper.exited
    expect(swaps).toBeGreaterThan(0)
    const after = await openStore({ directory })
    expect(after.openedBecause).toBe('existing')
    expect(await after.integrity()).toBe('ok')
    runs.add((await after.runs({ limit: 9 })).items.length)
    await after.close()
    // What stayed of it is in nobody's way.
    for (const name of readdirSync(directory))
      if (/^(next|kept)/.test(name)) Bun.spawnSync(['rm', join(directory, name)])
  }
  for (const found of runs) expect([0, 1]).toContain(found)
}, 300_000)

test('what of the old one is still in its log is kept with it, and none of it reaches the new one', async () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'zwitness.db')
  const store = await freshStore(directory)
  await store.copyTo(join(directory, 'next'))
  await createdRun(store)
  await store.close()
  const writer = connect(file)
  writer.run('INSERT INTO lived_day VALUES (7)')
  // As after a kill: the log stays.
  const copy = join(directory, 'copied')
  Bun.spawnSync(['cp', file, copy])
  Bun.spawnSync(['cp', `${file}-wal`, `${copy}-wal`])
  disconnect(writer)
  expect(statSync(`${copy}-wal`).size).toBeGreaterThan(0)
  takePlace(join(directory, 'next'), copy, join(directory, 'kept'))
  expect(existsSync(`${copy}-wal`)).toBe(false)
  expect(await examine(copy)).toMatchObject({ sound: true, runs: 0 })
  const kept = connect(join(directory, 'kept'))
  expect(kept.query('SELECT day FROM lived_day WHERE day = 7').get()).toEqual({ day: 7 })
  disconnect(kept)
})

test('one that is no database any more is kept as it is', async () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'zwitness.db')
  const store = await openStore({ directory })
  await store.copyTo(join(directory, 'next'))
  await store.close()
  const damaged = 'x'.repeat(9000)
  writeFileSync(file, damaged)
  takePlace(join(directory, 'next'), file, join(directory, 'kept'))
  expect(readFileSync(join(directory, 'kept'), 'utf8')).toBe(damaged)
  expect(await examine(file)).toMatchObject({ sound: true })
})
