const JSON_LINES = 'application/x-ndjson'

/** Does the client want one record a line? */
export function wantsJsonLines(request: Request | undefined): boolean {
  return (request?.headers.get('accept') ?? '').includes(JSON_LINES)
}

export function jsonLines(records: readonly unknown[]): Response {
  const body = records.map((record) => `${JSON.stringify(record)}\n`).join('')
  return new Response(body, { headers: { 'Content-Type': `${JSON_LINES}; charset=utf-8` } })
}
