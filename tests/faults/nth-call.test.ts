import { afterAll, expect, test } from 'bun:test'
import { casesRun, isDue, nothing, PATIENCE, runCase } from './nth.ts'
import { meddleWithCalls, WRONGS } from './remote-calls.ts'
import { openScene, SCENES, type Scene } from './scene.ts'

let calls = 0
afterAll(() => console.log(`n-th remote call: ${calls} of them, ${casesRun()} cases.`))

async function remoteCalls(scene: Scene) {
  const bed = await openScene(scene)
  const calls = meddleWithCalls(bed, null, null)
  await bed.scan()
  await bed.close()
  return calls
}

test.each(SCENES)(
  '%s: any remote command fails, hangs, is killed, garbled or cut off',
  async (scene) => {
    const seen = await remoteCalls(scene)
    calls += seen.length
    const found: string[] = []
    for (const [n, { on, words }] of seen.entries().filter(([n]) => isDue(scene, n)))
      for (const wrong of WRONGS[on])
        for (const restart of [false, true])
          found.push(
            ...(await runCase(
              `call ${n} (${on} ${words}) ${JSON.stringify(wrong)}`,
              scene,
              { restart, databaseFailed: false },
              (bed) => {
                meddleWithCalls(bed, n, wrong)
                return nothing
              },
            )),
          )
    expect(found).toEqual([])
  },
  PATIENCE,
)
