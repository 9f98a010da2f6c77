import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureDirectory, makeTemporaryDirectory, removePath } from '#lib/host/files.ts'

const ZWITNESS = fileURLToPath(new URL('../../../lib/setup/zwitness', import.meta.url))
const PATIENCE_MS = 120_000

/** A service of its own process, so that it can be ended while its pages are open. */
export interface Service {
  readonly url: string
  /** Everything it said so far. */
  readonly said: () => string
  /** As the owner of its socket. @throws when the answer is no success */
  ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<any>
  end(): Promise<void>
}

/** The demo: 37 lines of configuration over simulated SANs. */
export async function demoService(): Promise<Service> {
  const directory = await makeTemporaryDirectory('zw-screens-')
  const service = await started(['demo'], directory, {})
  return {
    ...service,
    ask: (method, path, body) => ask(/ZWITNESS_DATA_DIR=(\S+)/.exec(service.said())?.[1] ?? '', method, path, body),
  }
}

/** The first start: no configuration, and no user. */
export async function emptyService(): Promise<Service> {
  const directory = await makeTemporaryDirectory('zw-screens-')
  const [config, data, logs] = ['config', 'data', 'logs'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ]
  for (const path of [config, data, logs]) await ensureDirectory(path)
  const places = { ZWITNESS_CONFIG_DIR: config, ZWITNESS_DATA_DIR: data, ZWITNESS_LOG_DIR: logs }
  const service = await started(['serve'], directory, places)
  return { ...service, ask: (method, path, body) => ask(data, method, path, body) }
}

async function started(
  words: readonly string[],
  directory: string,
  places: Readonly<Record<string, string>>,
): Promise<Omit<Service, 'ask'>> {
  const child = Bun.spawn([ZWITNESS, ...words, '--host', '127.0.0.1', '--port', '0'], {
    env: { ...process.env, ...places },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let text = ''
  const read = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder()
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true })
  }
  const reading = Promise.all([read(child.stdout), read(child.stderr)])
  const end = async (): Promise<void> => {
    // A second call finds nothing left to do.
    child.kill('SIGTERM')
    await child.exited
    await reading
    await removePath(directory)
  }
  // The line with "listens on" comes first; the demo's own words and the link of the first start come after it.
  const last = words[0] === 'demo' ? /repair \S+ --wait/ : /\/setup\?token=/
  try {
    await until(() => last.test(text) || child.exitCode !== null)
    const url = /listens on (http:\/\/[\d.:]+)/.exec(text)?.[1]
    if (url === undefined || child.exitCode !== null) throw new Error(`zwitness ${words[0]} does not listen: ${text}`)
    return { url, said: () => text, end }
  } catch (error) {
    await end()
    throw error
  }
}

async function ask(data: string, method: string, path: string, body: unknown): Promise<any> {
  const answer = await fetch(`http://zwitness${path}`, {
    unix: join(data, 'zwitness.sock'),
    method,
    headers: { 'content-type': 'application/json' },
    body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
  })
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

/** @throws after two minutes */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain for: ${holds}`)
    await Bun.sleep(250)
  }
}
