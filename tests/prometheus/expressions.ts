import { parse } from 'yaml'
import { contrib } from './programs.ts'

export interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly annotations: { readonly summary: string }
}

export function rules(): readonly Rule[] {
  const { groups } = parse(contrib('prometheus/rules.yml')) as { groups: readonly { rules: readonly Rule[] }[] }
  return groups.flatMap((group) => group.rules)
}

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string; readonly refId: string }[]
}

export interface Board {
  readonly title: string
  readonly uid: string
  readonly schemaVersion: number
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
}

export const board = (): Board => JSON.parse(contrib('grafana/zwitness.json')) as Board

/** An expression of the board as Grafana would send it, with everything chosen. */
export const sent = (expr: string): string => expr.replaceAll(/"\$\w+"/g, '".*"').replaceAll('$__rate_interval', '2m')

export interface Named {
  readonly metrics: ReadonlySet<string>
  /** `metric label`, for the labels that an expression asks of a metric itself. */
  readonly asked: ReadonlySet<string>
  /** Labels that it joins, groups or writes by. */
  readonly labels: ReadonlySet<string>
}

/** What an expression, with the texts that are written of it, names. */
export function namesIn(expressions: readonly string[], texts: readonly string[]): Named {
  const metrics = new Set<string>()
  const asked = new Set<string>()
  const labels = new Set<string>()
  for (const text of [...expressions, ...texts]) {
    for (const [, metric = '', selector = ''] of text.matchAll(/\b((?:zwitness|process)_\w+)(?:\{([^}]*)\})?/g)) {
      metrics.add(metric)
      for (const [, label] of selector.matchAll(/(\w+)\s*=~?/g)) asked.add(`${metric} ${label}`)
    }
    for (const [, list = ''] of text.matchAll(/\b(?:on|by|ignoring|without|group_left)\s*\(([^)]*)\)/g))
      for (const label of list.split(',')) if (label.trim() !== '') labels.add(label.trim())
    for (const [, label = ''] of text.matchAll(/\$labels\.(\w+)/g)) labels.add(label)
    for (const [, label = ''] of text.matchAll(/\{\{\s*(?:\.Labels\.)?(\w+)\s*\}\}/g)) labels.add(label)
  }
  // What is no label but a word of the template.
  labels.delete('end')
  return { metrics, asked, labels }
}
