import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'

export const CONTRIB = join(import.meta.dir, '..', '..', 'contrib')

/** A file of contrib/, as text. */
export const contrib = (path: string): string => readFileSync(join(CONTRIB, path), 'utf8')

/** Runs a program to its end. */
export async function run(words: readonly string[], cwd = CONTRIB): Promise<{ code: number; said: string }> {
  const child = Bun.spawn([...words], { cwd, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, said: out + err }
}

interface Listening {
  readonly url: string
  stop(): Promise<void>
}

/** Starts one of Debian's programs on loopback, and waits until it says that it is ready. */
async function start(directory: string, name: string, words: (port: number) => readonly string[]): Promise<Listening> {
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const log = join(directory, `${name}.log`)
  const child = Bun.spawn([name, ...words(port)], {
    cwd: directory,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: Bun.file(log),
  })
  await until(
    `${name} is ready`,
    30,
    async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended: ${readFileSync(log, 'utf8')}`)
      const answer = await fetch(`${url}/-/ready`).catch(() => null)
      return answer?.ok === true
    },
    () => readFileSync(log, 'utf8').slice(-2000),
  )
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

export interface Monitoring {
  /** What PromQL answers now. @throws with Prometheus's own words where it refuses the expression */
  query(expression: string): Promise<readonly Sample[]>
  /** Alerts that fire, as Prometheus sees them: by name and dataset (or host, or instance). */
  firing(): Promise<readonly string[]>
  /** The same as the Alertmanager has them. */
  received(): Promise<readonly string[]>
  close(): Promise<void>
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [at: number, value: string]
}

/**
 * A real Prometheus that scrapes a witness every second with a token, by the rules of contrib/, and a real Alertmanager.
 * Only `for:` is another: what lasts half an hour there lasts no time here.
 */
export async function startMonitoring(target: string, token: string): Promise<Monitoring> {
  const directory = mkdtempSync(join(tmpdir(), 'zw-prom-'))
  const opened: Listening[] = []
  const close = async (): Promise<void> => {
    for (const each of opened.reverse()) await each.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    writeFileSync(join(directory, 'alertmanager.yml'), 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
    const manager = await start(directory, 'prometheus-alertmanager', (port) => [
      '--config.file=alertmanager.yml',
      `--storage.path=${join(directory, 'alerts')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // No gossip: it listens nowhere else.
      '--cluster.listen-address=',
    ])
    opened.push(manager)
    writeFileSync(join(directory, 'rules.yml'), contrib('prometheus/rules.yml').replaceAll(/^( +for:) .*$/gm, '$1 0s'))
    writeFileSync(join(directory, 'token'), token, { mode: 0o600 })
    writeFileSync(join(directory, 'prometheus.yml'), ofTest(target, new URL(manager.url).host))
    mkdirSync(join(directory, 'series'))
    const prometheus = await start(directory, 'prometheus', (port) => [
      '--config.file=prometheus.yml',
      `--storage.tsdb.path=${join(directory, 'series')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ])
    opened.push(prometheus)
    return monitoring(prometheus.url, manager.url, close)
  } catch (error) {
    await close()
    throw error
  }
}

/** The sample of contrib/, with what has to be another here. */
function ofTest(target: string, manager: string): string {
  return contrib('prometheus/prometheus.yml')
    .replaceAll('30s', '1s')
    .replace('/etc/prometheus/zwitness.token', 'token')
    .replace('witness.example:8080', target)
    .replace('127.0.0.1:9093', manager)
}

function monitoring(prometheus: string, manager: string, close: () => Promise<void>): Monitoring {
  return {
    async query(expression) {
      const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`)
      const body = (await answer.json()) as { status: string; error?: string; data?: { result: readonly Sample[] } }
      if (body.status !== 'success') throw new Error(`${expression}\n${body.error}`)
      return body.data?.result ?? []
    },
    async firing() {
      const body = (await (await fetch(`${prometheus}/api/v1/alerts`)).json()) as {
        data: { alerts: readonly { state: string; labels: Record<string, string> }[] }
      }
      return named(body.data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels))
    },
    async received() {
      const alerts = (await (await fetch(`${manager}/api/v2/alerts`)).json()) as readonly {
        labels: Record<string, string>
      }[]
      return named(alerts.map(({ labels }) => labels))
    },
    close,
  }
}

const named = (alerts: readonly Readonly<Record<string, string>>[]): readonly string[] =>
  alerts.map(({ alertname, dataset, host }) => `${alertname} ${dataset ?? host ?? ''}`.trim()).sort()
