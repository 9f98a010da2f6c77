import type { ComponentChildren } from 'preact'
import { counted } from '#lib/text/words.ts'
import { Icon, type IconName } from './icon.tsx'
import { mayAct, WHY_NOT } from './may-act.ts'
import { PageContext, type PageFacts, usePage } from './page-facts.ts'
import { Said } from './said.tsx'

const PLACES = [
  ['datasets', '/', 'Datasets', 'datasets'],
  ['incidents', '/incidents', 'Incidents', 'bell'],
  ['runs', '/runs', 'Runs', 'history'],
  ['history', '/history', 'History', 'clock'],
  ['report', '/report', 'Report', 'shield'],
  ['set-asides', '/set-asides', 'Set-asides', 'archive'],
  ['maintenance', '/maintenance', 'Maintenance', 'pause'],
  ['functions', '/functions', 'Functions', 'function'],
  ['logs', '/logs', 'Logs', 'logs'],
  ['config', '/config', 'Config', 'settings'],
  ['audit', '/audit', 'Audit', 'clipboard'],
  ['api', '/docs/api', 'API', 'book'],
] as const satisfies readonly (readonly [string, string, string, IconName])[]

export type Place = (typeof PLACES)[number][0]

interface LayoutProps {
  readonly facts: PageFacts
  /** Where in the navigation the page belongs; null: nowhere (login, account). */
  readonly at: Place | null
  /** How fresh the data is, theme switch: an island. */
  readonly live?: ComponentChildren
  /** Who is signed in, and the way out. */
  readonly user?: ComponentChildren
  /** Beside the version: the zone switch, an island. */
  readonly foot?: ComponentChildren
  /** Also where no one is known: the places ask for a sign-in themselves. */
  readonly browse?: boolean
  readonly children: ComponentChildren
}

/**
 * What every page has around it. Strangers do not see version and clock, which help no one but an attacker; without these
 * facts there are no islands on their pages.
 */
export function Layout({ facts, at, live, user, foot, browse, children }: LayoutProps) {
  const isStranger = facts.role === 'none'
  return (
    <PageContext.Provider value={facts}>
      <div id="page" data-facts={isStranger ? undefined : JSON.stringify(facts)}>
        {facts.demo && (
          <p class="banner" role="note">
            Demo: simulated SANs, nothing is real
          </p>
        )}
        {facts.auditFault != null && (
          <p class="banner bad" role="alert">
            {facts.auditFault}{' '}
            {mayAct(facts.role, 'operator') ? <a href="/audit">See the audit</a> : 'Tell an admin of the witness.'}
          </p>
        )}
        <header class="top">
          <a href="/" class="brand">
            <Icon name="layers" size={20} />
            zwitness
          </a>
          {(at !== null || facts.actor !== null || browse) && <Navigation at={at} role={facts.role} />}
          <div class="tools">
            {live}
            {user}
          </div>
        </header>
        <main id="main" tabIndex={-1}>
          {children}
        </main>
        <footer class="page-foot">
          <span>zwitness{isStranger ? '' : ` ${facts.version}`}</span>
          {!isStranger && (foot ?? <span>Times in {facts.zone}</span>)}
        </footer>
      </div>
    </PageContext.Provider>
  )
}

/** What not everyone may open; the audit says who came from where. */
const NEEDS: Partial<Record<Place, 'operator' | 'admin'>> = { audit: 'operator' }

function Navigation({ at, role }: { readonly at: Place | null; readonly role: PageFacts['role'] }) {
  const open = PLACES.filter(([place]) => NEEDS[place] === undefined || mayAct(role, NEEDS[place]))
  return (
    <nav class="main-nav" aria-label="Main">
      <ul>
        {open.map(([place, href, word, icon]) => (
          <li key={place}>
            <a href={href} aria-current={place === at ? 'page' : undefined}>
              <Icon name={icon} size={18} />
              {word}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** What the head of every page has besides its title and style. `url` gives the hashed name of an asset. */
export function DocumentHead({ url }: { readonly url: (path: string) => string }) {
  return (
    <>
      <meta name="color-scheme" content="light dark" />
      <script src={url('/assets/theme.js')} />
      <link id="icon" rel="icon" type="image/svg+xml" href="/assets/icon-unknown.svg" />
    </>
  )
}

/** Beside buttons that are off for someone: whom to ask. Once for a group of them. */
export function RoleNote({ needs = 'operator' }: { readonly needs?: 'operator' | 'admin' }) {
  const { role } = usePage()
  return mayAct(role, needs) ? null : <span class="why-not">{WHY_NOT[needs]}</span>
}

/** What weakens the witness itself, each with its cure. */
export function WeaknessNote({ warnings }: { readonly warnings: readonly string[] }) {
  if (warnings.length === 0) return null
  return (
    <div class="note warn" role="note">
      <Icon name="alert" />
      <details>
        <summary>{counted(warnings.length, 'warning')} about the witness itself</summary>
        <ul class="bullets">
          {warnings.map((warning) => (
            <li key={warning}>
              <Said text={warning} />
            </li>
          ))}
        </ul>
      </details>
    </div>
  )
}
