/** Addresses of this API. An id may hold any character, so it is always encoded. */
export function datasetHref(id: string): string {
  return `/api/datasets/${encodeURIComponent(id)}`
}

export function previewHref(id: string): string {
  return `${datasetHref(id)}/preview`
}

export function runHref(id: number | string): string {
  return `/api/runs/${encodeURIComponent(String(id))}`
}

export function runsOfHref(datasetId: string): string {
  return `/api/runs?datasetId=${encodeURIComponent(datasetId)}`
}

export function functionHref(name: string): string {
  return `/api/functions/${encodeURIComponent(name)}`
}
