import { until } from './until.ts'

export interface Answer {
  readonly status: number
  readonly body: any
  readonly headers: Headers
}

export type Body = any

/** The API as a test uses it, whichever way the requests go. */
export abstract class ApiClient {
  /** One request; `path` begins with a slash. */
  abstract send(path: string, init?: RequestInit): Promise<Response>

  /** The body of a GET, whatever its status. */
  async get(path: string): Promise<Body> {
    return (await this.send(path)).json()
  }

  async post(path: string, body: unknown = {}): Promise<Answer> {
    const answer = await this.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }

  /** Waits until the dataset has this status; answers its detail. */
  async status(id: string, wanted: string, seconds = 90): Promise<Body> {
    let seen: Body = null
    await until(
      `${id} is ${wanted}`,
      seconds,
      async () => {
        seen = await this.get(`/api/datasets/${id}`)
        return seen.status === wanted
      },
      () => JSON.stringify({ status: seen?.status, reason: seen?.reason, activity: seen?.activity }),
    )
    return seen
  }

  /** Waits for the end of a run; answers its record. */
  async ended(runId: string, seconds = 120): Promise<Body> {
    let run: Body = null
    await until(
      `run ${runId} has ended`,
      seconds,
      async () => {
        run = await this.get(`/api/runs/${runId}`)
        return run.finishedAt !== null
      },
      () => JSON.stringify({ state: run?.state, progress: run?.progress }),
    )
    return run
  }

  /** Waits until no run is under way. */
  async idle(seconds = 60): Promise<void> {
    let active: readonly Body[] = []
    await until(
      'no run is under way',
      seconds,
      async () => {
        active = (await this.get('/api/status')).activeRuns
        return active.length === 0
      },
      () => JSON.stringify(active),
    )
  }

  /** The repairs of a dataset, newest first. */
  async repairs(id: string): Promise<readonly Body[]> {
    return (await this.get(`/api/runs?kind=REPAIR&datasetId=${encodeURIComponent(id)}`)).items
  }

  /** The running repair of a dataset once so many bytes have moved. */
  async transferring(id: string, bytes: number, seconds = 60): Promise<Body> {
    let run: Body = null
    await until(
      `${bytes} bytes of ${id} have moved`,
      seconds,
      async () => {
        ;[run] = await this.repairs(id)
        if (run?.state !== 'RUNNING') return false
        run = await this.get(`/api/runs/${run.id}`)
        return run.bytes >= bytes
      },
      () => JSON.stringify({ state: run?.state, bytes: run?.bytes, outcome: run?.outcome }),
    )
    return run
  }
}
