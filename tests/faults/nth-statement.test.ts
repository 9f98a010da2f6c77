import { afterAll, expect, test } from 'bun:test'
import { casesRun, isDue, PATIENCE, runCase } from './nth.ts'
import { openScene, SCENES } from './scene.ts'
import { databaseFault, meddleWithStatements } from './statements.ts'

let statements = 0
afterAll(() => console.log(`n-th statement: ${statements} of them, ${casesRun()} cases.`))

const DATABASE_FAULTS = [
  { name: 'finds it locked', kind: 'busy', lasting: false, restart: false, databaseFailed: true },
  {
    name: 'finds the disk full, as all after it do',
    kind: 'full',
    lasting: true,
    restart: false,
    databaseFailed: true,
  },
  {
    name: 'finds it damaged, and so do all after it',
    kind: 'corrupt',
    lasting: true,
    restart: true,
    databaseFailed: true,
  },
  { name: 'is the last of its process', kind: 'killed', lasting: false, restart: true, databaseFailed: false },
] as const

test.each(SCENES)(
  '%s: any statement of the database fails, or is the last one of its process',
  async (scene) => {
    const bed = await openScene(scene)
    const counted = meddleWithStatements(-1, -1, () => databaseFault('busy'))
    await bed.scan()
    counted.end()
    await bed.close()
    statements += counted.seen.length
    const found: string[] = []
    for (const [n, statement] of counted.seen.entries().filter(([n]) => isDue(scene, n)))
      for (const way of DATABASE_FAULTS)
        found.push(
          ...(await runCase(`statement ${n} (${statement.slice(0, 60)}) ${way.name}`, scene, way, (own) => {
            const { end } = meddleWithStatements(n, way.lasting ? Number.POSITIVE_INFINITY : n, () => {
              if (way.kind !== 'killed') databaseFault(way.kind)
              own.witness.kill()
              throw new Error('The process was killed.')
            })
            return end
          })),
        )
    expect(found).toEqual([])
  },
  PATIENCE,
)
