import { join } from 'node:path'

/** One place of the product, as it was before it was cured. The text must be there exactly once. */
interface Edit {
  readonly file: string
  readonly find: string
  readonly replace: string
}

export interface Mutation {
  readonly was: string
  readonly edits: readonly Edit[]
  /** A seed whose sequence finds it; `npm run soak -- --mutation NAME` counts from 1 and prints it. */
  readonly foundBy: number
}

/** Defects that were cured, put back: what the soak is worth is whether it finds them. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  C1: {
    was: 'Ids of children collide, and what the database refuses for one of them ends the check of all.',
    foundBy: 45,
    edits: [
      {
        file: 'lib/engine/monitored.ts',
        find: 'kept.get(name) ?? (free ? made :',
        replace: 'kept.get(name) ?? (free || true ? made :',
      },
      {
        file: 'lib/db/datasets.ts',
        find: "if (!(error instanceof StoreError) || error.kind !== 'constraint') throw error",
        replace: 'if (error !== null) throw error',
      },
      {
        file: 'lib/engine/assess.ts',
        find: "troubled.set(root.id, faults.of(at, 'Recording what stands below it', error))",
        replace: 'if (at !== undefined) throw error',
      },
    ],
  },
  C2: {
    was: 'The delay is the age of the oldest missing snapshot that still exists: retention keeps a dead replication young.',
    foundBy: 38,
    edits: [
      {
        file: 'lib/replication/judge/delay.ts',
        find: 'return since === null ? alone : Math.max(alone, overdueSeconds(input, since))',
        replace: 'return since === null ? alone : alone',
      },
    ],
  },
  H1: {
    was: 'The age of the primary is judged by its newest snapshot of any name, whether policy wants it or not.',
    foundBy: 13,
    edits: [
      {
        file: 'lib/replication/judge/primary.ts',
        find: 'ordered.findLast(({ name }) => wanted(name)) ?? newest',
        replace: 'ordered.at(-1) ?? newest',
      },
      {
        file: 'lib/replication/judge/primary.ts',
        find: 'ageSince(input, { creation: newest.creation, seenAt }) - input.policy.minAgeSeconds',
        replace: 'ageSince(input, { creation: newest.creation, seenAt }) * 0',
      },
      {
        file: 'lib/replication/judge/primary.ts',
        find: 'comparison.eligibleCount === 0 || isEligible(filter, entry, clock)',
        replace: 'comparison.eligibleCount >= 0 || isEligible(filter, entry, clock)',
      },
    ],
  },
}

const ROOT = join(import.meta.dir, '../..')

/** From now on the product is loaded with the defect in it. To be called before anything of it is imported. */
export function putBack(name: string): void {
  const mutation = MUTATIONS[name]
  if (mutation === undefined)
    throw new Error(`There is no mutation ${name}: ${Object.keys(MUTATIONS).join(', ')} are known.`)
  const byFile = Map.groupBy(mutation.edits, ({ file }) => join(ROOT, file))
  for (const file of byFile.keys())
    if (file in require.cache) throw new Error(`${file} was loaded before the mutation was put into it.`)
  Bun.plugin({
    name: `mutation ${name}`,
    setup(build) {
      for (const [path, edits] of byFile)
        build.onLoad({ filter: new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) }, async () => ({
          loader: 'ts',
          contents: edits.reduce(edited, await Bun.file(path).text()),
        }))
    },
  })
}

function edited(text: string, { file, find, replace }: Edit): string {
  if (text.split(find).length !== 2)
    throw new Error(`${file} has changed: the mutation is to be written anew for it. It does not hold, once: ${find}`)
  return text.replace(find, () => replace)
}
