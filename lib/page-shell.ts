import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DocumentOptions, StaticAsset } from '#lib/runtime/index.ts'

/** What every page has around it. */
export function pageDocument(demo: boolean): DocumentOptions {
  return { title: (title) => `${title} · zwitness${demo ? ' (demo)' : ''}`, stylesheets: ['/assets/app.css'] }
}

export const pageStatics: Readonly<Record<string, StaticAsset>> = {
  '/assets/app.css': {
    body: readFileSync(join(import.meta.dir, 'view', 'styles.css'), 'utf8'),
    type: 'text/css; charset=utf-8',
  },
}
