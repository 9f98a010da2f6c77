import { afterAll, expect, test } from 'bun:test'
import { casesRun, isDue, nothing, PATIENCE, runCase } from './nth.ts'
import { openScene, SCENES } from './scene.ts'

let calls = 0
afterAll(() => console.log(`n-th call before a kill: ${calls} of them, ${casesRun()} cases.`))

test.each(SCENES)(
  '%s: the witness is killed before or after any call to a SAN or to the database',
  async (scene) => {
    const bed = await openScene(scene)
    const begun = bed.witness.life.calls
    await bed.scan()
    const made = bed.witness.life.calls - begun
    calls += made
    await bed.close()
    const found: string[] = []
    for (const n of Array.from({ length: made }, (_, index) => index + 1).filter((each) => isDue(scene, each)))
      for (const before of [true, false])
        found.push(
          ...(await runCase(
            `killed ${before ? 'before' : 'after'} call ${n}`,
            scene,
            { restart: true, databaseFailed: false },
            (own) => {
              own.witness.life.endAtCall(n, before)
              return nothing
            },
          )),
        )
    expect(found).toEqual([])
  },
  PATIENCE,
)
