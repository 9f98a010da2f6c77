import { besideOthers } from '../beside-others.ts'

/* As root: ../beside-others.test.ts. */
besideOthers('zfsadmin')
