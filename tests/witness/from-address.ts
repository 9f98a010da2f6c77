import { connect } from 'node:net'

export interface FromAddress {
  /** One of 127.0.0.0/8: to the service another client for each. */
  readonly address: string
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One request over a connection of its own, from an address of our choice. @returns the status, 0 where it was cut */
export async function askFrom(url: string, { address, path, method = 'GET', headers = {}, body = '' }: FromAddress) {
  const { hostname, port, host } = new URL(url)
  const connection = connect({ host: hostname, port: Number(port), localAddress: address })
  const sent = { host, connection: 'close', 'content-length': String(Buffer.byteLength(body)), ...headers }
  const head = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`)
  connection.write(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n${body}`)
  let answer = ''
  for await (const bytes of connection) answer = answer.length < 20 ? answer + String(bytes) : answer
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
}
