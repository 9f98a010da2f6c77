import type { DatasetSummaryView } from './dataset-summary.ts'

/** What one needs to say in a sentence how things are. */
export interface Situation {
  /** All datasets under watch, without retired ones. */
  readonly datasets: readonly Pick<DatasetSummaryView, 'health' | 'reason'>[]
  readonly schedulerPaused: boolean
}

/** Worst first. Judged by health, so a repair that runs never hides what is broken. */
export function headlineOf({ datasets, schedulerPaused }: Situation): string {
  const total = datasets.length
  if (total === 0) return 'No datasets configured yet'
  const withHealth = (health: string): number => datasets.filter((dataset) => dataset.health === health).length
  const broken = withHealth('BROKEN')
  const warning = withHealth('WARNING')
  const unknown = withHealth('UNKNOWN')
  if (datasets.some(({ reason }) => reason.code === 'WITNESS_ISOLATED')) {
    return 'The witness cannot reach any SAN — states are unknown'
  }
  if (broken + warning + unknown === 0) {
    return schedulerPaused ? 'Checks are paused' : `${all(total)} protected`
  }
  if (datasets.every(({ reason }) => reason.code === 'NOT_CHECKED')) {
    return schedulerPaused ? 'Checks are paused' : 'Not checked yet'
  }
  const parts = [
    broken > 0 ? `${datasetsAre(broken)} broken` : '',
    warning > 0 ? needAttention(warning, broken === 0) : '',
    unknown > 0 ? stateUnknown(unknown, broken + warning === 0) : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function all(count: number): string {
  return count === 1 ? 'The only dataset is' : `All ${count} datasets are`
}

function datasetsAre(count: number): string {
  return count === 1 ? '1 dataset is' : `${count} datasets are`
}

function needAttention(count: number, first: boolean): string {
  const verb = count === 1 ? 'needs attention' : 'need attention'
  return first ? `${count} ${count === 1 ? 'dataset' : 'datasets'} ${verb}` : `${count} ${verb}`
}

function stateUnknown(count: number, first: boolean): string {
  if (!first) return `the state of ${count} is unknown`
  return `The state of ${count === 1 ? '1 dataset' : `${count} datasets`} is unknown`
}
