import { useEffect, useState } from 'preact/hooks'

/** False on the server and in the first drawing, true once a script can do something. */
export function useHydrated(): boolean {
  const [ready, setReady] = useState(false)
  useEffect(() => setReady(true), [])
  return ready
}
