import { afterEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRotatingFile } from './sinks.ts'

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})
function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'zwitness-log-'))
  directories.push(directory)
  return directory
}
const unexpected = (problem: string | null) => {
  throw new Error(`unexpected problem: ${problem}`)
}

describe('a rotating log file', () => {
  test('keeps the newest files, whole lines in each, none too large', () => {
    const directory = temporary()
    const path = join(directory, 'x.log')
    const file = createRotatingFile({ path, maxBytes: 30, files: 3, onProblem: unexpected })
    for (let n = 10; n < 20; n++) file.write(`line ${n} ..\n`)
    file.close()
    const contents = ['x.log.2', 'x.log.1', 'x.log'].map((name) => readFileSync(join(directory, name), 'utf8'))
    expect(contents).toEqual(['line 14 ..\nline 15 ..\n', 'line 16 ..\nline 17 ..\n', 'line 18 ..\nline 19 ..\n'])
    expect(readdirSync(directory)).toHaveLength(3)
  })

  test('goes on where an earlier process ended, counting what is there', () => {
    const path = join(temporary(), 'x.log')
    writeFileSync(path, 'x'.repeat(25))
    const file = createRotatingFile({ path, maxBytes: 30, files: 3, onProblem: unexpected })
    file.write('1234\n')
    file.write('next\n')
    file.close()
    expect(readFileSync(`${path}.1`, 'utf8')).toBe(`${'x'.repeat(25)}1234\n`)
    expect(readFileSync(path, 'utf8')).toBe('next\n')
  })

  test('writes a line larger than a file alone, and counts bytes, not characters', () => {
    const path = join(temporary(), 'x.log')
    const file = createRotatingFile({ path, maxBytes: 10, files: 3, onProblem: unexpected })
    file.write('€€€€€\n')
    file.write('a\n')
    file.close()
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('€€€€€\n')
    expect(readFileSync(path, 'utf8')).toBe('a\n')
  })

  test('makes its directory', () => {
    const path = join(temporary(), 'logs', 'x.log')
    const file = createRotatingFile({ path, onProblem: unexpected })
    file.write('a\n')
    file.close()
    expect(readFileSync(path, 'utf8')).toBe('a\n')
  })

  test('that cannot be written says so once, tries again after a minute, and says when it works again', () => {
    const directory = temporary()
    const blocker = join(directory, 'logs')
    writeFileSync(blocker, 'a file where the directory should be')
    const problems: (string | null)[] = []
    let time = 0
    const file = createRotatingFile({
      path: join(blocker, 'x.log'),
      onProblem: (problem) => problems.push(problem),
      now: () => time,
    })
    file.write('1\n')
    file.write('2\n')
    time = 60_000
    file.write('3\n')
    expect(problems).toHaveLength(1)
    expect(problems[0]).toStartWith(`The log file ${join(blocker, 'x.log')} cannot be written: `)
    rmSync(blocker)
    file.write('4\n')
    time = 120_000
    file.write('5\n')
    file.close()
    expect(problems).toEqual([expect.any(String), null])
    expect(readFileSync(join(blocker, 'x.log'), 'utf8')).toBe('5\n')
  })
})
