import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { configJsonSchema, type JsonSchema, schemaAt } from './json-schema.ts'

const schema = configJsonSchema()

/** As much of a validator as the schema needs: types, required and unknown keys, enums, bounds. */
function violations(value: unknown, by: JsonSchema, at = ''): string[] {
  if (by.type === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at}: not an object`]
    const missing = (by.required ?? [])
      .filter((key) => !Object.hasOwn(value, key))
      .map((key) => `${at}.${key}: missing`)
    return missing.concat(
      Object.entries(value).flatMap(([key, child]) => {
        const rule = by.properties?.[key] ?? by.additionalProperties
        if (rule === false || rule === undefined) return [`${at}.${key}: unknown`]
        return rule === true ? [] : violations(child, rule, `${at}.${key}`)
      }),
    )
  }
  if (by.type === 'array')
    return Array.isArray(value)
      ? value.flatMap((item, index) => violations(item, by.items ?? {}, `${at}.${index}`))
      : [`${at}: not a list`]
  if (by.type === undefined) return []
  const wanted = by.type === 'integer' ? 'number' : by.type
  if (typeof value !== wanted) return [`${at}: not a ${by.type}`]
  return by.pattern === undefined || new RegExp(by.pattern).test(String(value)) ? [] : [`${at}: pattern`]
}

test('the sample is valid by the schema, and a file with slips is not', () => {
  const sample = parse(readFileSync(new URL('./app-config.yaml', import.meta.url), 'utf8'))
  expect(violations(sample, schema)).toEqual([])
  expect(
    violations(
      { ...sample, pears: 1, scheduler: { interval_minutes: '30' }, san_hosts: { a: { hostname: 'x y' } } },
      schema,
    ),
  ).toEqual([
    '.san_hosts.a.ssh_user: missing',
    '.san_hosts.a.hostname: pattern',
    '.scheduler.interval_minutes: not a number',
    '.pears: unknown',
  ])
})

test('every key has a description, and none that editors could misread', () => {
  const undescribed: string[] = []
  const walk = (at: JsonSchema, path: string): void => {
    if (at.description === undefined) undescribed.push(path)
    for (const [key, child] of Object.entries(at.properties ?? {})) walk(child, `${path}.${key}`)
    if (typeof at.additionalProperties === 'object' && at.additionalProperties.properties !== undefined)
      for (const [key, child] of Object.entries(at.additionalProperties.properties)) walk(child, `${path}.*.${key}`)
    for (const [key, child] of Object.entries(at.items?.properties ?? {})) walk(child, `${path}.0.${key}`)
  }
  walk(schema, '')
  expect(undescribed).toEqual([])
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema as never)
})

test('defaults and units are shown', () => {
  expect(schemaAt(['defaults', 'max_delay_hours'])).toMatchObject({ type: 'number', default: 72, unit: 'hours' })
  expect(schemaAt(['san_hosts', 'any', 'port'])).toMatchObject({ default: 22 })
  expect(schemaAt(['pairs', 3, 'datasets', 7, 'repair_when'])).toMatchObject({
    enum: ['behind', 'warning', 'broken'],
    default: 'warning',
  })
  expect(schemaAt(['nothing', 'here'])).toBeNull()
})
