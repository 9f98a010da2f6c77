import { expect, test } from 'bun:test'
import { join } from 'node:path'

/** Uses up every descriptor but `spare`, then runs a command; prints how that ended. */
const PROGRAM = `
import { openSync, closeSync } from 'node:fs'
import { runCommand } from ${JSON.stringify(join(import.meta.dir, 'run-command.ts'))}
const run = () => runCommand({ file: 'true', args: [], timeoutMs: 20_000, maxStdoutBytes: 99 })
await run()
const held = []
try {
  for (;;) held.push(openSync('/dev/null', 'r'))
} catch (error) {
  if (error.code !== 'EMFILE') throw error
}
const crowded = await run()
for (const each of held) closeSync(each)
const after = await run()
console.log(JSON.stringify([crowded, after].map(({ ended, failure, exitCode }) => ({ ended, failure, exitCode }))))
`

test('without a descriptor left a command is not started, which is a result; with some it is again', async () => {
  const child = Bun.spawn(['sh', '-c', 'ulimit -n 100; exec "$0" -e "$1"', process.execPath, PROGRAM], {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  expect(err).toBe('')
  expect(JSON.parse(out)).toEqual([
    { ended: 'not-started', failure: 'EMFILE', exitCode: null },
    { ended: 'exit', failure: null, exitCode: 0 },
  ])
})
