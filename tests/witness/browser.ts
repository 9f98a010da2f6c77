/** As much of a browser as forms need: keeps cookies, follows nothing, says where it comes from. */
export class Browser {
  readonly url: string
  readonly #cookies = new Map<string, string>()

  constructor(url: string) {
    this.url = url
  }

  get cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  cookie(name: RegExp): string | null {
    return [...this.#cookies].find(([key]) => name.test(key))?.[1] ?? null
  }

  /** Takes over the cookies of another, as a thief would. */
  steal(other: Browser): this {
    for (const [name, value] of other.#cookies) this.#cookies.set(name, value)
    return this
  }

  /** With cookies as a header has them. */
  take(cookies: string): this {
    for (const cookie of cookies.split('; ')) this.#keep(cookie)
    return this
  }

  forget(): void {
    this.#cookies.clear()
  }

  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.#cookies.size > 0 && !headers.has('cookie')) headers.set('cookie', this.cookies)
    if (!headers.has('accept')) headers.set('accept', 'text/html')
    const answer = await fetch(`${this.url}${path}`, { ...init, headers, redirect: 'manual' })
    for (const line of answer.headers.getSetCookie()) this.#keep(line)
    return answer
  }

  get(path: string): Promise<Response> {
    return this.send(path)
  }

  async page(path: string): Promise<string> {
    return (await this.get(path)).text()
  }

  /** Sends a form as the page at `from` would: with its token, and with the Origin that browsers add. */
  async submit(from: string, action: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const csrf = /name="csrf" value="([^"]+)"/.exec(await this.page(from))?.[1] ?? ''
    return this.form(action, { csrf, ...fields })
  }

  form(
    action: string,
    fields: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.send(action, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...this.#own(), ...headers },
      body: new URLSearchParams(fields).toString(),
    })
  }

  /** A request as a script of our own pages makes it. */
  json(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...this.#own(), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  }

  async signIn(name: string, password: string): Promise<Response> {
    return this.submit('/login', '/login', { name, password })
  }

  #own(): Record<string, string> {
    return { origin: this.url, 'sec-fetch-site': 'same-origin' }
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/max-age=0/i.test(line)) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}
