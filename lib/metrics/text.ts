/*
 * The text that Prometheus reads, for what is looked up at the moment of asking. The library keeps a map entry for each
 * series and renders from that, which for the gauges of a thousand datasets takes three times as long as all of this; it
 * has what is counted from one question to the next (counters.ts).
 */

/** Its content type, of which every Prometheus knows this version. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Labels as they are written, without the braces. Their values may be foreign text: nothing in one can end it. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')
}

function escaped(value: string): string {
  return value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

/** One metric with all its series. */
interface Family {
  /** `labels` as `labelText` makes them, '' for none. What is not known has no series: null adds none. */
  add(labels: string, value: number | null | undefined): void
}

export class Exposition {
  readonly #lines: string[][] = []

  gauge(name: string, help: string): Family {
    return this.#family('gauge', name, help)
  }

  counter(name: string, help: string): Family {
    return this.#family('counter', name, help)
  }

  #family(type: 'gauge' | 'counter', name: string, help: string): Family {
    const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
    this.#lines.push(lines)
    return {
      add(labels, value) {
        if (value === null || value === undefined || !Number.isFinite(value)) return
        lines.push(labels === '' ? `${name} ${value}` : `${name}{${labels}} ${value}`)
      },
    }
  }

  /** Each line ended. */
  text(): string {
    return this.#lines.map((lines) => `${lines.join('\n')}\n`).join('')
  }
}

export const one = (value: boolean): number => (value ? 1 : 0)

/** Epoch milliseconds → seconds, as Prometheus counts. */
export const seconds = (ms: number | null | undefined): number | null =>
  ms === null || ms === undefined ? null : ms / 1000
