import { expect, test } from 'bun:test'
import { ReasonCode } from '#lib/api/words.ts'
import { REASONS } from '#lib/replication/types/reason.ts'

const text = await Bun.file('docs/reason-codes.md').text()
const sections = text
  .split(/^### /m)
  .slice(1)
  .map((part) => ({
    code: part.slice(0, part.indexOf('\n')),
    body: part.slice(part.indexOf('\n')).split(/^## /m)[0] ?? '',
  }))

test('docs/reason-codes.md has every code of the catalogue, in its order', () => {
  expect(sections.map(({ code }) => code)).toEqual(Object.values(REASONS).flat())
})

test('each says what it means, in the words of the API, and what comes next unless all is well', () => {
  const meanings = ReasonCode.meta()?.description ?? ''
  for (const { code, body } of sections) {
    const [meaning = ''] = body.trim().split('\n')
    expect(`${code}: ${meaning.length > 10}`).toBe(`${code}: true`)
    if (meanings.includes(code)) expect(meanings).toContain(meaning)
    if (!(REASONS.HEALTHY as readonly string[]).includes(code)) expect(`${code} ${body}`).toContain('**Next:** ')
  }
})

test('the README names scripts that are there', async () => {
  const { scripts } = (await Bun.file('package.json').json()) as { readonly scripts: Readonly<Record<string, string>> }
  const named = [...(await Bun.file('README.md').text()).matchAll(/npm (?:run (?:-s )?)?([a-z:]+)/g)].map(
    (match) => match[1],
  )
  expect(named.filter((name) => name !== 'ci' && scripts[name ?? ''] === undefined)).toEqual([])
  for (const path of Object.values(scripts)) expect(await Bun.file(path).exists()).toBe(true)
})
