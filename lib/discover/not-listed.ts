/** A host that could not be listed: nothing is known of what it holds, so nothing is said of it. */
export class NotListed extends Error {
  override readonly name = 'NotListed'
  readonly host: string
  readonly retryable: boolean

  constructor(host: string, message: string, retryable: boolean) {
    super(message)
    this.host = host
    this.retryable = retryable
  }
}
