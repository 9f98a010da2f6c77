/** One thing that happens. The numbers choose among what is there when its turn comes, so a sequence can lose steps. */
export interface Operation {
  readonly op: string
  readonly a: number
  readonly b: number
  readonly c: number
}

export interface Sequence {
  readonly seed: number
  /** Two: retention, odd names, nested mappings, raw trees and whatever else came with them. Default one, as it was recorded. */
  readonly world?: 1 | 2
  readonly operations: readonly Operation[]
}

/** As it is written in a test. */
export function sequenceText({ seed, world, operations }: Sequence): string {
  const lines = operations.map(({ op, a, b, c }) => `    { op: '${op}', a: ${a}, b: ${b}, c: ${c} },`)
  return [
    '  {',
    `    seed: ${seed},`,
    ...(world === undefined ? [] : [`    world: ${world},`]),
    '    operations: [',
    ...lines.map((line) => `  ${line}`),
    '    ],',
    '  },',
  ].join('\n')
}
