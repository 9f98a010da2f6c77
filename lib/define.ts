import { createDefine } from '#lib/runtime/define.ts'
import type { Services } from './service-types.ts'

/** The framework's three helpers, typed for this product's services. */
export const { defineFunction, defineRoute, definePage } = createDefine<Services>()
