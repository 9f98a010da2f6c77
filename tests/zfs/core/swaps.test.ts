import { swapStories } from '../swap-stories.ts'

/* The others: ../refused-swaps.test.ts; the long story of 400 children: ../swaps.test.ts. */
swapStories('zfsadmin', ['long', 'undone'])
