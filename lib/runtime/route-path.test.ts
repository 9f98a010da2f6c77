import { expect, test } from 'bun:test'
import { comparePaths, openApiPath, routePath } from './route-path.ts'

test.each([
  ['index.tsx', '/', '/'],
  ['runs/index.tsx', '/runs', '/runs'],
  ['runs/[id].tsx', '/runs/:id', '/runs/:'],
  ['api/openapi.json.ts', '/api/openapi.json', '/api/openapi.json'],
  ['api/datasets/[id]/run.ts', '/api/datasets/:id/run', '/api/datasets/:/run'],
  ['docs/[...page].tsx', '/docs/:page{.+}', '/docs/*'],
])('%s serves %s', (file, path, shape) => {
  expect(routePath(file)).toMatchObject({ path, shape })
})

test.each([
  ['Runs.tsx', '"Runs" must be kebab-case, [parameter] or [...rest]'],
  ['[...rest]/a.ts', '[...rest] must be the last segment'],
  ['[id]/[id].ts', '[id] stands twice in the path'],
])('%s is refused', (file, message) => {
  expect(routePath(file)).toBe(message)
})

test('order of matching', () => {
  const paths = ['/:rest{.+}', '/a/:x', '/a/b', '/:x', '/a', '/', '/a/:x/c', '/a/:x{.+}']
  expect(paths.sort(comparePaths)).toEqual(['/', '/a', '/a/b', '/a/:x', '/a/:x/c', '/a/:x{.+}', '/:x', '/:rest{.+}'])
})

test('OpenAPI writes braces', () => {
  expect(openApiPath('/api/:id/files/:path{.+}')).toBe('/api/{id}/files/{path}')
})
