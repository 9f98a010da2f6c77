import { join } from 'node:path'
import { readdirSync, readFileSync } from '#lib/host/system-calls.ts'
import type { StaticAsset } from '#lib/runtime/assets.ts'
import type { DocumentOptions } from '#lib/runtime/page.tsx'
import { ErrorPage } from '#lib/view/error-page.tsx'
import { favicons } from '#lib/view/favicon.ts'
import { DocumentHead } from '#lib/view/layout.tsx'

const STYLE = join(import.meta.dir, '..', 'view', 'style')

interface Around {
  readonly version: string
  /** IANA name, read when a page is made. */
  readonly zone: () => string
  /** Epoch milliseconds. */
  readonly now: () => number
}

const NOTHING_KNOWN: Around = { version: '', zone: () => 'UTC', now: Date.now }

/** What every page has around it. */
export function pageDocument(demo: boolean, { version, zone, now }: Around = NOTHING_KNOWN): DocumentOptions {
  return {
    title: (title) => `${title} · zwitness${demo ? ' (demo)' : ''}`,
    stylesheets: ['/assets/app.css'],
    head: (url) => DocumentHead({ url }),
    errorPage: ({ problem, requestId, actor }) => {
      const role = actor?.role ?? 'none'
      const facts = {
        zone: zone(),
        now: now(),
        role,
        actor: role === 'none' ? null : (actor?.name ?? null),
        demo,
        version,
      }
      const { status, title, detail, code } = problem
      return ErrorPage({ facts, status, title, detail, code, requestId })
    },
  }
}

/** What brings islands to life in the browser. */
export const bootFile = join(import.meta.dir, '..', 'client', 'boot.ts')

export const pageStatics: Readonly<Record<string, StaticAsset>> = {
  '/assets/app.css': { body: stylesheet(), type: 'text/css; charset=utf-8' },
  '/assets/theme.js': {
    body: readFileSync(join(import.meta.dir, '..', 'client', 'theme.js'), 'utf8'),
    type: 'text/javascript; charset=utf-8',
  },
  ...Object.fromEntries(Object.entries(favicons()).map(([path, body]) => [path, { body, type: 'image/svg+xml' }])),
}

/** All files of the folder, in the order of their names, without comments and indentation. */
function stylesheet(): string {
  return readdirSync(STYLE)
    .filter((name) => name.endsWith('.css'))
    .sort()
    .map((name) => readFileSync(join(STYLE, name), 'utf8'))
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n')
}
