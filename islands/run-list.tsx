import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { watch } from '#lib/client/live.ts'
import { oneAtATime, soon } from '#lib/client/readings.ts'
import { rowKeys } from '#lib/client/row-keys.ts'
import { send } from '#lib/client/send.ts'
import { type RunLine, RunTable, runLineOf } from '#lib/view/runs/run-table.tsx'

interface Props {
  readonly runs: readonly RunLine[]
  /** Of the API; null on an older page, which stays as it is. */
  readonly follow: string | null
}

const PAUSE_MS = 500

/** The newest runs, live. */
export default function RunList(props: Props) {
  const runs = useSignal(props.runs)
  useEffect(() => {
    const endKeys = rowKeys()
    if (props.follow === null) return endKeys
    const path = props.follow
    const read = oneAtATime(async () => {
      const answer = await send('GET', path)
      if (answer.ok) runs.value = (answer.body as { items: readonly RunLine[] }).items.map(runLineOf)
    })
    const again = soon(read, PAUSE_MS)
    const end = watch({
      refetch: read,
      run: () => again.ask(),
    })
    return () => {
      again.end()
      end()
      endKeys()
    }
  }, [])
  return <RunTable runs={runs.value} />
}
