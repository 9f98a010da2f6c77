import { createContext } from 'preact'
import { useContext } from 'preact/hooks'

/** What every part of a page may know, on the server and in the browser. */
export interface PageFacts {
  /** IANA name: the zone in which times are shown. */
  readonly zone: string
  /** The server's clock when it made the page, epoch milliseconds. */
  readonly now: number
  readonly role: 'none' | 'viewer' | 'operator' | 'admin'
  /** Null: no one has signed in. */
  readonly actor: string | null
  readonly demo: boolean
  readonly version: string
  /** What is wrong with the audit, for those who are signed in; null or left out: nothing that is known. */
  readonly auditFault?: string | null
}

export const PageContext = createContext<PageFacts | null>(null)

/** On the server from the page that is being made; in an island from what the server wrote into it. */
export function usePage(): PageFacts {
  return useContext(PageContext) ?? pageFacts()
}

let read: PageFacts | null = null

/** Browser only. */
export function pageFacts(): PageFacts {
  read ??= JSON.parse(document.getElementById('page')?.dataset.facts ?? 'null') as PageFacts | null
  if (read === null) throw new Error('The page lacks its facts: islands belong inside a Layout.')
  return read
}
