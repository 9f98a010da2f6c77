import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acquireOwner, type Ownership } from './owner-lock.ts'
import { temporaryDirectory } from './store-fixture.ts'

const HOLDER = `
import { acquireOwner } from ${JSON.stringify(join(import.meta.dir, 'owner-lock.ts'))}
const owner = acquireOwner(process.argv[2], { socketPath: '/data/zwitness.sock' })
Bun.gc(true)
console.log(JSON.stringify(owner))
setInterval(() => Bun.gc(true), 50)`

/** Another process that asks for the directory, and lives on. */
async function another(directory: string) {
  const script = join(directory, 'holder.ts')
  writeFileSync(script, HOLDER)
  const child = Bun.spawn([process.execPath, 'run', script, directory], { stdout: 'pipe', stderr: 'inherit' })
  const reader = child.stdout.getReader()
  const { value } = await reader.read()
  return { child, answer: JSON.parse(new TextDecoder().decode(value)) as Ownership }
}

async function end(child: Bun.Subprocess) {
  child.kill('SIGKILL')
  await child.exited
}

describe('the owner of a data directory', () => {
  test('is one; the second is told pid, since when, and what to do', () => {
    const directory = temporaryDirectory()
    const first = acquireOwner(directory, { now: () => 1_760_000_000_000 })
    const second = acquireOwner(directory)
    expect(first.ok).toBe(true)
    expect(second).toMatchObject({ ok: false, pid: process.pid, since: 1_760_000_000_000, socketPath: null })
    if (!second.ok) expect(second.message).toContain(`process ${process.pid}, since 2025-10-09T08:53:20.000Z`)
    if (first.ok) first.release()
  })

  test('can release it, twice without harm, and leaves no note behind', () => {
    const directory = temporaryDirectory()
    const first = acquireOwner(directory)
    if (!first.ok) throw new Error(first.message)
    expect(statSync(join(directory, 'owner.json')).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'owner.lock')).mode & 0o777).toBe(0o600)
    first.release()
    const second = acquireOwner(directory)
    first.release()
    expect(existsSync(join(directory, 'owner.json'))).toBe(true)
    if (!second.ok) throw new Error(second.message)
    second.release()
    expect(readdirSync(directory)).toEqual(['owner.lock'])
  })

  test('in another process is seen, and freed by the kernel when that is killed -9', async () => {
    const directory = temporaryDirectory()
    const { child, answer } = await another(directory)
    try {
      expect(answer.ok).toBe(true)
      expect(acquireOwner(directory)).toMatchObject({ ok: false, pid: child.pid, socketPath: '/data/zwitness.sock' })
      // A refused try must not have weakened the owner's lock.
      expect(acquireOwner(directory)).toMatchObject({ ok: false, pid: child.pid })
    } finally {
      await end(child)
    }
    expect(existsSync(join(directory, 'owner.json'))).toBe(true)
    const mine = acquireOwner(directory)
    if (!mine.ok) throw new Error(mine.message)
    const second = await another(directory)
    await end(second.child)
    expect(second.answer).toMatchObject({ ok: false, pid: process.pid })
    mine.release()
  })

  test('of whom the note is missing or broken is unknown, not absent', () => {
    const directory = temporaryDirectory()
    const first = acquireOwner(directory)
    for (const note of ['', '{"pid": "x"}', 'null']) {
      writeFileSync(join(directory, 'owner.json'), note)
      expect(acquireOwner(directory)).toMatchObject({ ok: false, pid: null, since: null })
    }
    if (first.ok) first.release()
  })

  test('cannot be had of a directory that is none', () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    expect(() => acquireOwner(file)).toThrow(`The data directory ${file} cannot be used`)
  })
})
