import { knownDifferences } from './known-differences.ts'
import { makeNormaliser, withoutUsage } from './normalise.ts'
import type { StepResult } from './render.ts'

/** What two runs of one scenario must share: lines that only set the stage and known differences are left out. */
export function answersOf(steps: readonly StepResult[]): readonly StepResult[] {
  const normalise = makeNormaliser()
  return steps
    .map(normalise)
    .filter(({ line }) => !line.startsWith(':') && !(line in knownDifferences))
    .map(({ line, exitCode, stdout, stderr }) => ({
      line,
      exitCode,
      stdout: withoutUsage(stdout),
      stderr: isUnordered(line) ? sorted(withoutUsage(stderr)) : withoutUsage(stderr),
    }))
}

/** A rollback names the snapshots in its way in the order of a hash table, another one for each dataset. */
const isUnordered = (line: string): boolean => line.includes('rollback -r')
const sorted = (text: string): string => text.split('\n').toSorted().join('\n')
