/** The data that flows from a look to a repair: inventory → comparison → verdict → plan. */
export * from './types/check.ts'
export * from './types/inventory.ts'
export * from './types/plan.ts'
export * from './types/reason.ts'
export * from './types/verdict.ts'
