import { situationsOf } from './broken-chains.ts'
import { everyChainMends } from './mends.ts'

/* What is not in the core: core/set-aside.test.ts. */
everyChainMends('zfsadmin', situationsOf('zfsadmin', 'rest'))
everyChainMends('root', situationsOf('root', 'rest'))
