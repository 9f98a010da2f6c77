/** One thing that happens. The numbers choose among what is there when its turn comes, so a sequence can lose steps. */
export interface Operation {
  readonly op: string
  readonly a: number
  readonly b: number
  readonly c: number
}

export interface Sequence {
  readonly seed: number
  readonly operations: readonly Operation[]
}

/** As it is written in a test. */
export function sequenceText({ seed, operations }: Sequence): string {
  const lines = operations.map(({ op, a, b, c }) => `    { op: '${op}', a: ${a}, b: ${b}, c: ${c} },`)
  return ['  {', `    seed: ${seed},`, '    operations: [', ...lines.map((line) => `  ${line}`), '    ],', '  },'].join(
    '\n',
  )
}
