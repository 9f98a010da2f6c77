import type { StatusView } from '#lib/api/status.ts'

/** The status document; events bring it without what never changes with a dataset. */
export type Overview = Partial<StatusView> & Pick<StatusView, 'overall' | 'headline' | 'counts'>
