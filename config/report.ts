import { type ConfigDocument, type Path, type PlacedFault, pathText } from './document.ts'

/** Collects what the checks across the file find. A warning does not stop the load. */
export interface Report {
  /** `place`: where the value stands, or its key. */
  fault(path: Path, message: string, place?: 'value' | 'key'): void
  warn(path: Path, message: string): void
}

export interface Collected extends Report {
  readonly faults: readonly PlacedFault[]
  readonly warnings: readonly PlacedFault[]
}

export function collect(document: ConfigDocument): Collected {
  const faults: PlacedFault[] = []
  const warnings: PlacedFault[] = []
  const placed = (path: Path, message: string): PlacedFault => ({ ...document.at(path), path: pathText(path), message })
  return {
    faults,
    warnings,
    fault: (path, message, place) =>
      void faults.push({ ...placed(path, message), ...(place === 'key' ? document.keyAt(path) : {}) }),
    warn: (path, message) => void warnings.push(placed(path, message)),
  }
}
