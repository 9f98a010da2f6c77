import { expect, test } from 'bun:test'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from './open.ts'
import { createdRun, freshStore, temporaryDirectory } from './store-fixture.ts'

const KILLS = 20

/** Writes runs and logs as fast as it can, and names each run on stdout only once the store has acknowledged it. */
const WRITER = `
import { openStore } from ${JSON.stringify(join(import.meta.dir, 'open.ts'))}
const store = await openStore({ directory: process.argv[2] })
const trigger = { type: 'schedule', actor: 's', role: 'system', address: null, userAgent: null, requestId: null }
const line = { at: 1, level: 'info', component: 'c', message: 'm'.repeat(500), runId: null, datasetId: null, host: null, requestId: null, fields: {} }
for (;;) {
  const { run } = await store.createRun({ kind: 'SCAN', trigger, datasetId: null, scope: {}, reason: null, planId: null, plan: null, keep: true, now: 1 })
  await store.updateRun(run.id, { state: 'SUCCEEDED', finishedAt: 2 })
  process.stdout.write(run.id + '\\n')
  await store.addLogs(Array.from({ length: 20 }, () => line))
}`

test(`killed -9 in the middle of writing, ${KILLS} times, it loses nothing that was acknowledged`, async () => {
  const directory = temporaryDirectory()
  const script = join(directory, 'writer.ts')
  writeFileSync(script, WRITER)
  let acknowledged = 0
  for (let round = 0; round < KILLS; round++) {
    const writer = Bun.spawn([process.execPath, 'run', script, directory], { stdout: 'pipe', stderr: 'inherit' })
    const wanted = 1 + ((round * 7) % 23)
    let lines = 0
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of writer.stdout) {
      text += decoder.decode(chunk)
      lines = text.split('\n').length - 1
      if (lines >= wanted) writer.kill('SIGKILL')
    }
    await writer.exited
    expect(lines).toBeGreaterThan(0)
    acknowledged = Number(text.split('\n').at(-2))
    const store = await openStore({ directory })
    expect(store.openedBecause).toBe('existing')
    expect(await store.integrity()).toBe('ok')
    expect(await store.run(acknowledged)).toMatchObject({ state: 'SUCCEEDED' })
    expect((await store.runs({ limit: 100_000 })).items.length).toBeGreaterThanOrEqual(acknowledged)
    await store.close()
  }
  rmSync(script)
  const store = await freshStore(directory)
  expect((await createdRun(store)).id).toBeGreaterThan(acknowledged)
}, 300_000)
