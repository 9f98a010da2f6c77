/**
 * A crowd of strangers, in a process of its own: each asks over a connection of its own, from an address of 127.0.0.0/8 of
 * its own, and asks again as soon as it has its answer. Among them is one viewer, who takes what a viewer can. Started with
 * the address of the service, how many ask at once, the viewer's token and the seconds; prints what came of it as JSON.
 */
import { askFrom } from '#tests/witness/from-address.ts'

const [url = '', many = '1', token = '', seconds = '1'] = process.argv.slice(2)
const end = performance.now() + Number(seconds) * 1000
const statuses: Record<string, number> = {}
const long = 'x'.repeat(3500)

function address(): string {
  const part = (most: number): number => 1 + Math.floor(Math.random() * most)
  return `127.${part(250)}.${part(250)}.${part(250)}`
}

function count(status: number | string): void {
  statuses[status] = (statuses[status] ?? 0) + 1
}

const form = await signInForm()
const ASKS: readonly (() => Parameters<typeof askFrom>[1])[] = [
  () => ({ address: address(), path: `/${long}${Math.random()}` }),
  () => ({ address: address(), path: '/api/events' }),
  () => ({ address: address(), path: `/logs/download?q=${long.slice(0, 150)}` }),
  () => ({ address: address(), path: '/api/status', headers: { authorization: `Bearer zwt_${long.slice(0, 60)}` } }),
  () => ({ address: address(), path: '/healthz', headers: { host: 'evil.example' } }),
  () => ({ address: address(), path: '/', headers: { host: 'localhost:99999' } }),
  () => ({ address: address(), path: '/login', method: 'PUT' }),
  () => signIn(Math.random() < 0.5 ? 'person' : `nobody${Math.random()}`),
]

/** The cookie and the token of a form, which whoever likes may use as often as they like. */
async function signInForm(): Promise<{ readonly cookie: string; readonly csrf: string }> {
  const answer = await fetch(`${url}/login`)
  const cookie = answer.headers.getSetCookie().map((each) => each.split(';', 1)[0])
  return { cookie: cookie.join('; '), csrf: /name="csrf" value="([^"]+)"/.exec(await answer.text())?.[1] ?? '' }
}

function signIn(name: string): Parameters<typeof askFrom>[1] {
  return {
    address: address(),
    path: '/login',
    method: 'POST',
    headers: {
      origin: url,
      cookie: form.cookie,
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': long.slice(0, 300),
    },
    body: new URLSearchParams({ csrf: form.csrf, name, password: `guess ${Math.random()}` }).toString(),
  }
}

async function stranger(first: number): Promise<void> {
  for (let at = first; performance.now() < end; at++) {
    const ask = ASKS[at % ASKS.length]
    // A connection that was cut is an answer as well.
    if (ask !== undefined) count(await askFrom(url, ask()).catch(() => 'cut'))
  }
}

/** As a viewer may: streams and downloads, as many at once as they get. */
async function viewer(path: string): Promise<void> {
  while (performance.now() < end) {
    const left = AbortSignal.timeout(Math.max(1, end - performance.now()))
    try {
      const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` }, signal: left })
      count(`viewer ${answer.status}`)
      for await (const _ of answer.body ?? []) if (left.aborted) break
      if (!answer.ok) await Bun.sleep(200)
    } catch {
      if (!left.aborted) count('viewer cut')
    }
  }
}

await Promise.all([
  ...Array.from({ length: Number(many) }, (_, at) => stranger(at)),
  ...Array.from({ length: 20 }, () => viewer('/api/events')),
  ...Array.from({ length: 8 }, () => viewer('/logs/download')),
])
console.log(JSON.stringify(statuses))
