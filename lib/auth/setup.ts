import type { AuthParts } from './ports.ts'
import { digestOf, newSecret, sameText } from './secrets.ts'

const LIFETIME_MS = 60 * 60_000

/**
 * The first start: as long as there is no user, a link in the log lets one person make the first admin. Only its digest
 * is kept, in memory; a link ends with its hour, with its use, and with the process.
 */
export class Setup {
  readonly #parts: AuthParts
  #link: { readonly digest: string; readonly expiresAt: number } | null = null
  /** Where people reach the service, once it listens. */
  #url: string | null = null
  #done = false

  constructor(parts: AuthParts) {
    this.#parts = parts
  }

  /** Is there nobody who could sign in? Once there was somebody it is never asked again in this process. */
  async needed(): Promise<boolean> {
    const { config, store } = this.#parts
    if (config().auth.mode !== 'password') return false
    if (this.#done) return false
    this.#done = config().auth.users.size > 0 || (await store.users()).length > 0
    return !this.#done
  }

  /** It listens: says in the log how to begin, where that is needed. */
  async announce(url: string): Promise<void> {
    this.#url = url
    await this.refresh()
  }

  /** A new link in the log when there is none that is good; at most one an hour. */
  async refresh(): Promise<void> {
    const { now, log, config } = this.#parts
    if (this.#url === null || (this.#link !== null && now() < this.#link.expiresAt) || !(await this.needed())) return
    const secret = newSecret()
    this.#link = { digest: digestOf(secret), expiresAt: now() + LIFETIME_MS }
    const base = (config().server.publicUrl ?? this.#url).replace(/\/+$/, '')
    log.warn(
      `There is no user yet. Open ${base}/setup?token=${secret} within an hour to make the first admin (or run: zwitness user add NAME --role admin). Until then only the socket is answered.`,
    )
  }

  isGood(secret: string): boolean {
    const link = this.#link
    return link !== null && this.#parts.now() < link.expiresAt && sameText(digestOf(secret), link.digest)
  }

  /** The link has been used. */
  finish(): void {
    this.#link = null
    this.#done = true
  }
}
