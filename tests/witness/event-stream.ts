import type { Body } from './client.ts'
import { until } from './until.ts'

export interface StreamEvent {
  readonly event: string
  readonly id: string | null
  readonly data: Body
}

/** One client of `GET /api/events`: keeps all that came. */
export class EventStream {
  readonly events: StreamEvent[] = []
  readonly #stop = new AbortController()
  readonly #reading: Promise<void>
  ended = false

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#reading = this.#read(url, headers)
  }

  /** Events of a kind, as far as they have come. */
  of(event: string): readonly Body[] {
    return this.events.filter((each) => each.event === event).map(({ data }) => data)
  }

  /** Waits until an event of this kind fits. @returns its data */
  async next(event: string, fits: (data: Body) => boolean = () => true, seconds = 30): Promise<Body> {
    await until(
      `an event ${event} came`,
      seconds,
      () => this.of(event).some(fits),
      () => `Came: ${this.events.map((each) => each.event).join(' ')}`,
    )
    return this.of(event).find(fits)
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#reading
  }

  async #read(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
    try {
      const answer = await fetch(url, { headers, signal: this.#stop.signal })
      let rest = ''
      const decoder = new TextDecoder()
      for await (const chunk of answer.body ?? []) {
        const frames = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
        rest = frames.pop() ?? ''
        for (const frame of frames) this.#take(frame)
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error
    } finally {
      this.ended = true
    }
  }

  #take(frame: string): void {
    const field = (name: string): string | null =>
      frame
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2) ?? null
    const event = field('event')
    if (event !== null) this.events.push({ event, id: field('id'), data: JSON.parse(field('data') ?? 'null') })
  }
}
