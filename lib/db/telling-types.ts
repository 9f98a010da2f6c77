import type { Book, Case, Incident, IncidentState } from '#lib/incidents/types.ts'
import type { Message } from '#lib/notify/message.ts'
import type { ChannelStateRecord, OutboxRecord, OutboxState, Page } from './records.ts'

export interface IncidentQuery {
  readonly state?: readonly IncidentState[]
  /** Only those that are not over, or only those that are. */
  readonly open?: boolean
  readonly datasetId?: string
  readonly host?: string
  readonly limit: number
  readonly cursor?: string
}

/** What is new in the book of incidents, and what is to be sent because of it: written together or not at all. */
export interface BookChange {
  readonly incidents: readonly Incident[]
  readonly cases: readonly Case[]
  readonly forgotten: readonly string[]
  readonly messages: readonly { readonly channel: string; readonly notBefore: number; readonly message: Message }[]
  /** Of a digest, a report, or questions that are among the messages: for which day, month or datasets. */
  readonly toldFor?: readonly { readonly what: string; readonly moment: string }[]
}

/** The part of the database from which people are told. */
export interface TellingStore {
  /** What is open, and what ended since `since` (epoch ms). */
  book(since: number): Promise<Book>
  saveBook(change: BookChange, now: number): Promise<void>
  /** Newest first. Throws BadCursor. */
  incidents(query: IncidentQuery): Promise<Page<Incident>>
  incident(id: string): Promise<Incident | null>
  toldFor(what: string): Promise<string | null>
  /** The messages of a channel that wait, in their order. */
  waiting(channel: string, limit: number): Promise<readonly OutboxRecord[]>
  waitingCount(): Promise<ReadonlyMap<string, number>>
  /** Was something about this incident sent to that channel after `seq`? */
  sentSince(channel: string, incidentId: string, seq: number): Promise<boolean>
  endMessages(
    seqs: readonly number[],
    end: { readonly state: Exclude<OutboxState, 'WAITING'>; readonly at: number; readonly error?: string | null },
  ): Promise<void>
  noteAttempt(seq: number, error: string): Promise<void>
  /** In place of those that it sums up: all or nothing. */
  mergeMessages(
    seqs: readonly number[],
    by: { readonly channel: string; readonly message: Message; readonly now: number },
  ): Promise<void>
  channelStates(): Promise<ReadonlyMap<string, ChannelStateRecord>>
  saveChannelState(record: ChannelStateRecord): Promise<void>
  /** What waits for a channel that is configured no more goes nowhere. Answers how many. */
  dropChannelsBut(channels: readonly string[], now: number): Promise<number>
  messagesOf(incidentId: string): Promise<readonly OutboxRecord[]>
  /** Newest first. */
  messages(limit: number): Promise<readonly OutboxRecord[]>
}
