import { Problem } from './problem.ts'

/**
 * The JSON body as a value; an empty body is `{}`.
 * @throws Problem 413 (also for a chunked body, which announces no length), 415, 400 BAD_JSON
 */
export async function readJsonBody(request: Request, limit: number): Promise<unknown> {
  const bytes = await readBytes(request, limit)
  if (bytes.length === 0) return {}
  const type = request.headers.get('content-type') ?? ''
  if (!isJson(type)) {
    throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body as JSON with `Content-Type: application/json`.')
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Problem(400, 'BAD_JSON', `The body is not JSON: ${reason}`, { cause: error })
  }
}

/**
 * The fields of a form, in order.
 * @throws Problem 413, 415
 */
export async function readForm(request: Request, limit: number): Promise<readonly (readonly [string, string])[]> {
  const bytes = await readBytes(request, limit)
  if (bytes.length === 0) return []
  const media = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (media === 'application/x-www-form-urlencoded') return [...new URLSearchParams(new TextDecoder().decode(bytes))]
  throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'This address takes the form of its own page only.')
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > limit) throw tooLarge(limit)
  return readLimited(request.body, limit)
}

function isJson(type: string): boolean {
  const media = type.split(';')[0]?.trim().toLowerCase() ?? ''
  return media === 'application/json' || /^application\/[a-z0-9.-]+\+json$/.test(media)
}

async function readLimited(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array> {
  if (!body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop by an exception cancels the stream, so the rest is never read.
  for await (const chunk of body) {
    length += chunk.length
    if (length > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(limit: number): Problem {
  return new Problem(413, 'BODY_TOO_LARGE', `The body is larger than ${limit} bytes.`)
}
