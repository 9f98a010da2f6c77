import type { Topic as Word } from '#lib/events/types.ts'
import { describedEnum } from './described-enum.ts'

export const Topic = describedEnum<Word>('Topic', 'What can be watched.', {
  status: 'The counts and the headline, at most once a second.',
  dataset: 'A dataset summary that changed.',
  run: 'A run whose state changed.',
  progress: 'How far a run is, at most once a second for each.',
  log: 'Records of the log; only when asked for.',
  config: 'The configuration was reloaded, or its file changed.',
  host: 'Reachability or a pool of a SAN changed.',
})
