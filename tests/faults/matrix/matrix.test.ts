import { expect, test } from 'bun:test'
import { MATRIX, matrixPage, ROWS } from './matrix.ts'
import { MISBEHAVIOUR } from './misbehaviour.ts'

const PAGE = 'docs/fault-matrix.md'

test('every row is there once, in order', () => {
  expect(MATRIX.map(({ row }) => row)).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1))
})

test('every row is proved or says why not yet', () => {
  const bare = [...MATRIX, ...MISBEHAVIOUR].filter(({ provedBy, notYet }) => provedBy.length === 0 && !notYet)
  expect(bare).toEqual([])
})

test('every test that is named is there, under that very name', async () => {
  const missing: string[] = []
  for (const { row, provedBy } of [...MATRIX, ...MISBEHAVIOUR])
    for (const { file, test } of provedBy) {
      const text = Bun.file(file)
      const source = (await text.exists()) ? (await text.text()).replaceAll(/\$\{\w+\}/g, '%s') : ''
      const written = [`'${test}'`, `"${test}"`, `\`${test}\``].some((literal) => source.includes(literal))
      if (!written) missing.push(`row ${row}: ${file} > ${test}`)
    }
  expect(missing).toEqual([])
})

test(`${PAGE} is up to date (UPDATE=1 writes it)`, async () => {
  if (process.env.UPDATE === '1') await Bun.write(PAGE, matrixPage())
  expect(await Bun.file(PAGE).text()).toBe(matrixPage())
})
