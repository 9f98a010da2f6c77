import { expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'

setDefaultTimeout(600_000)

/** A process whose child has ended. Its last timer keeps no one: it is heard only where something else keeps the process. */
const leave = (after: string): string => `
  import { startChild } from ${JSON.stringify(join(import.meta.dir, 'child.ts'))}
  const child = startChild({ file: 'cat', args: [], stdin: 'open', stdout: 'ignore' })
  ${after}
  await child.exited
  setTimeout(() => console.log('kept by something'), 1_500).unref()`

test.each([
  ['ended by itself', 'child.endInput()'],
  ['was terminated', 'child.terminate()'],
])('a child that %s keeps nobody: the process may end at once', async (_title, after) => {
  const ended = Bun.spawn([process.execPath, '-e', leave(after)], { stdout: 'pipe', stderr: 'pipe' })
  const said = await Promise.all([new Response(ended.stdout).text(), new Response(ended.stderr).text(), ended.exited])
  expect(said).toEqual(['', '', 0])
})
