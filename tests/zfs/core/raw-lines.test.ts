import { everyRawLine } from '../raw-lines.ts'

/* As root, and what comes after set-asides and promotes: ../raw-lines.test.ts. */
everyRawLine('zfsadmin')
