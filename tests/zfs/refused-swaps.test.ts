import { swapStories } from './swap-stories.ts'

/* What is not in the core: core/swaps.test.ts. */
swapStories('zfsadmin', ['mounted', 'busy'])
swapStories('root', ['long', 'undone', 'mounted', 'busy'])
