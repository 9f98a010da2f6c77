import type { Arguments } from './arguments.ts'

/** The operator's choice instead of a set-aside. It only asks for the plan; running it asks for the dataset's name and a reason. */
export const IN_PLACE = {
  name: 'in-place',
  summary: 'Destroy what stands in the way and roll back, instead of setting it aside.',
}

export function strategyOf(args: Arguments): { readonly strategy?: 'IN_PLACE' } {
  return args.flag('in-place') ? { strategy: 'IN_PLACE' } : {}
}
