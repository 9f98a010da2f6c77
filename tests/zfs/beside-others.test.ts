import { besideOthers } from './beside-others.ts'

besideOthers('root')
