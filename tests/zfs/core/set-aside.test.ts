import { situationsOf } from '../broken-chains.ts'
import { everyChainMends } from '../mends.ts'

/* One of each kind of plan that sets aside, finishes or starts from a bookmark; the others: ../set-aside.test.ts. */
everyChainMends('zfsadmin', situationsOf('zfsadmin', 'core'))
everyChainMends('root', situationsOf('root', 'core'))
