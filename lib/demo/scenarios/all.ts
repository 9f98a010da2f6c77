import type { ScenarioPair } from '../scenario.ts'
import { chainScenarios, lagScenarios } from './behind.ts'
import { divergenceScenarios } from './divergence.ts'
import { missingScenarios, treeScenarios } from './missing.ts'
import { changedKey, poolScenarios, refused, switchedOff, unreachable, wrongClock } from './sans.ts'

const scenarios = [
  ...lagScenarios,
  ...divergenceScenarios,
  ...missingScenarios,
  ...chainScenarios,
  ...treeScenarios,
  ...poolScenarios,
]

/** The demo's configuration: two pairs as in the sample file, and one for each thing that can be wrong with a host. */
export const PAIRS: readonly ScenarioPair[] = [
  {
    name: 'HQS8 → HQS1',
    primary: 'hqs8',
    backup: 'hqs1',
    scenarios: scenarios.filter(({ dataset }) => dataset.startsWith('HQS8')),
  },
  {
    name: 'HQS10 → HQS7',
    primary: 'hqs10',
    backup: 'hqs7',
    scenarios: scenarios.filter(({ dataset }) => dataset.startsWith('HQS10')),
  },
  { name: 'HQS8 → HQS2', primary: 'hqs8', backup: 'hqs2', scenarios: [unreachable] },
  { name: 'HQS8 → HQS3', primary: 'hqs8', backup: 'hqs3', scenarios: [refused] },
  { name: 'HQS10 → HQS4', primary: 'hqs10', backup: 'hqs4', scenarios: [changedKey] },
  { name: 'HQS8 → HQS5', primary: 'hqs8', backup: 'hqs5', scenarios: [switchedOff] },
  { name: 'HQS10 → HQS6', primary: 'hqs10', backup: 'hqs6', scenarios: [wrongClock] },
]
