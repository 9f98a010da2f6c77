import { brokenSentences } from './sentences/broken.ts'
import type { Evidence } from './sentences/evidence.ts'
import { healthySentences, noteSentences } from './sentences/healthy-and-notes.ts'
import type { Said, Sentences } from './sentences/sentence.ts'
import { unknownSentences } from './sentences/unknown.ts'
import { backupSentences } from './sentences/warning-backup.ts'
import { chainSentences } from './sentences/warning-chain.ts'
import { repairSentences } from './sentences/warning-repair.ts'
import type { ReasonCode } from './types.ts'
import type { Words } from './words.ts'

const sentences: Sentences<ReasonCode> = {
  ...brokenSentences,
  ...unknownSentences,
  ...backupSentences,
  ...chainSentences,
  ...repairSentences,
  ...healthySentences,
  ...noteSentences,
}

/** The sentence and the next step of a reason, from its evidence alone: the same on every surface. */
export function say<C extends ReasonCode>(code: C, words: Words, evidence: Evidence<C>): Said {
  return sentences[code](words, evidence)
}
