import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Day } from '#lib/view/datasets/strip.tsx'

const AT_ONCE = 25

/** The last month of every dataset that is asked for, loaded a few at a time after everything else. */
export function useStrips(ids: readonly string[]): ReadonlyMap<string, readonly Day[]> {
  const known = useSignal<ReadonlyMap<string, readonly Day[]>>(new Map())
  const wanted = ids.join('\n')
  useEffect(() => {
    let ended = false
    const load = async (): Promise<void> => {
      const missing = wanted.split('\n').filter((id) => id !== '' && !known.value.has(id))
      for (let at = 0; at < missing.length && !ended; at += AT_ONCE) {
        const found = await readStrips(missing.slice(at, at + AT_ONCE))
        if (found === null) return
        known.value = new Map([...known.value, ...found])
      }
    }
    void load()
    return () => {
      ended = true
    }
  }, [wanted])
  return known.value
}

async function readStrips(ids: readonly string[]): Promise<readonly (readonly [string, readonly Day[]])[] | null> {
  const query = ids.map((id) => `datasetIds=${encodeURIComponent(id)}`).join('&')
  try {
    const response = await fetch(`/api/lag?${query}`)
    if (!response.ok) return null
    const { items } = (await response.json()) as { items: readonly { datasetId: string; days: readonly Day[] }[] }
    return items.map(({ datasetId, days }) => [datasetId, days] as const)
  } catch {
    // The strips are an extra: without them the table says the same.
    return null
  }
}
