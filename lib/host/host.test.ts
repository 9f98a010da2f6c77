import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { environmentVariable, onSignal } from './environment.ts'
import {
  ensureDirectory,
  fileFacts,
  isNotFound,
  isOpenToOthers,
  isPermissionDenied,
  listDirectory,
  makeTemporaryDirectory,
  readTextFile,
  readTextFileIfThere,
  removePath,
  systemErrorCode,
  writePiecesAtomic,
  writeTextFileAtomic,
} from './files.ts'

let directory = ''
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
})
afterEach(() => removePath(directory))

describe('files', () => {
  test('a missing file is told apart from one that cannot be read', async () => {
    expect(await readTextFileIfThere(`${directory}/none`)).toBeNull()
    const missing = await readTextFile(`${directory}/none`).catch((error: unknown) => error)
    expect(isNotFound(missing)).toBe(true)
    const folder = await readTextFileIfThere(directory).catch((error: unknown) => error)
    expect(systemErrorCode(folder)).toBe('EISDIR')
    expect(isPermissionDenied(Object.assign(new Error('no'), { code: 'EACCES' }))).toBe(true)
    expect(systemErrorCode('text')).toBeNull()
  })

  test('an atomic write replaces the text, sets the mode and leaves nothing beside it', async () => {
    const path = `${directory}/secret`
    await writeTextFileAtomic(path, 'old')
    await writeTextFileAtomic(path, 'neu ü\n', 0o640)
    expect(await readTextFile(path)).toBe('neu ü\n')
    expect((await fileFacts(path))?.mode).toBe(0o640)
    expect(await listDirectory(directory)).toEqual(['secret'])
  })

  test('what a check refuses takes no place, and what is there stays', async () => {
    const path = `${directory}/copy`
    const pieces = ['a', 'b'].map((text) => new TextEncoder().encode(text))
    await writePiecesAtomic(path, pieces)
    expect(await readTextFile(path)).toBe('ab')
    expect((await fileFacts(path))?.mode).toBe(0o600)
    const seen: string[] = []
    const refused = writePiecesAtomic(path, [new TextEncoder().encode('wrong')], {
      check: async (temporary) => {
        seen.push(await readTextFile(temporary))
        throw new Error('No.')
      },
    })
    await expect(refused).rejects.toThrow('No.')
    async function* cutOff() {
      yield new TextEncoder().encode('half')
      throw new Error('The line is dead.')
    }
    await expect(writePiecesAtomic(path, cutOff())).rejects.toThrow('The line is dead.')
    expect([seen, await readTextFile(path), await listDirectory(directory)]).toEqual([['wrong'], 'ab', ['copy']])
  })

  test('a write into a missing directory fails and says so', async () => {
    const error = await writeTextFileAtomic(`${directory}/no/file`, 'x').catch((cause: unknown) => cause)
    expect(isNotFound(error)).toBe(true)
  })

  test('only a file that is closed to others is private', async () => {
    await writeTextFileAtomic(`${directory}/key`, 'k', 0o600)
    await writeTextFileAtomic(`${directory}/open`, 'k', 0o644)
    const [key, open] = await Promise.all([fileFacts(`${directory}/key`), fileFacts(`${directory}/open`)])
    expect(key && isOpenToOthers(key)).toBe(false)
    expect(open && isOpenToOthers(open)).toBe(true)
    expect(await fileFacts(`${directory}/none`)).toBeNull()
  })

  test('directories get exactly the mode asked for, and go with all they hold', async () => {
    await ensureDirectory(`${directory}/a/b`, 0o700)
    await writeTextFileAtomic(`${directory}/a/b/c`, '')
    expect(await fileFacts(`${directory}/a/b`)).toMatchObject({ isDirectory: true, mode: 0o700 })
    await removePath(`${directory}/a`)
    await removePath(`${directory}/a`)
    expect(await listDirectory(directory)).toEqual([])
  })
})

describe('the process around us', () => {
  test('an empty variable counts as not set', () => {
    process.env.ZWITNESS_TEST_EMPTY = ''
    expect(environmentVariable('ZWITNESS_TEST_EMPTY')).toBeNull()
    expect(environmentVariable('PATH')).not.toBeNull()
  })

  test('a signal handler can be taken back', async () => {
    const seen: string[] = []
    const arrived = new Promise<void>((resolve) => {
      const off = onSignal(['SIGHUP'], (signal) => {
        seen.push(signal)
        off()
        resolve()
      })
    })
    process.kill(process.pid, 'SIGHUP')
    await arrived
    expect(seen).toEqual(['SIGHUP'])
  })
})
