import ConfigActions from '#islands/config-actions.tsx'
import DoctorCard from '#islands/doctor-card.tsx'
import { configView } from '#lib/api/config.ts'
import { hostView } from '#lib/api/host.ts'
import { Island } from '#lib/runtime/page.tsx'
import { definePage } from '#lib/services.ts'
import { bytesText, durationText, relativeTime } from '#lib/text/words.ts'
import { Drift } from '#lib/view/config/drift.tsx'
import { Effective, shownValues } from '#lib/view/config/effective.tsx'
import { Hosts } from '#lib/view/config/hosts.tsx'
import { WeaknessNote } from '#lib/view/layout.tsx'
import { Page } from '../_page.tsx'

const TABS = [
  ['effective', 'Effective'],
  ['file', 'File'],
  ['hosts', 'Hosts'],
  ['about', 'About'],
] as const

export default definePage({
  title: 'Config',
  async render(_, context) {
    const { config, configuration, engine, about, store, now } = context
    const asked = new URL(context.request?.url ?? 'http://here/').searchParams.get('tab')
    const tab = TABS.find(([name]) => name === asked)?.[0] ?? 'effective'
    const report = await configView(context)
    const text = tab === 'file' ? await configuration.text() : null
    const users = Object.fromEntries([...config.hosts.values()].map((host) => [host.id, host.sshUser]))
    const [backup] = context.backups.state().files
    const lines: readonly (readonly [string, string])[] = [
      ['version', about.version],
      ['commit', about.commit ?? 'not known'],
      ['up for', durationText((now() - about.startedAt) / 1000)],
      ['Bun', about.bun],
      ['database', bytesText(await store.sizeBytes())],
      ['schema', String(store.schemaVersion)],
      [
        'newest backup',
        backup === undefined ? 'none yet' : `${relativeTime(backup.at, now())}, ${bytesText(backup.bytes)}`,
      ],
      ['time zone', config.scheduler.timezone],
      ['interval', durationText(config.scheduler.intervalSeconds)],
    ]
    return (
      <Page context={context} at="config">
        <h1>Config</h1>
        <Drift report={report} />
        <WeaknessNote warnings={await context.warnings()} />
        <Island of={ConfigActions} with={{}} />
        <nav class="tabs" aria-label="Parts of the configuration">
          {TABS.map(([name, words]) => (
            <a key={name} href={`/config?tab=${name}`} aria-current={name === tab ? 'page' : undefined}>
              {words}
            </a>
          ))}
        </nav>
        {tab === 'effective' && <Effective values={shownValues(report.effective)} />}
        {tab === 'file' &&
          (text === null ? (
            <p class="empty">The file cannot be shown: it is not there, or it is no YAML.</p>
          ) : (
            <pre class="card file">{text}</pre>
          ))}
        {tab === 'hosts' && (
          <>
            <Hosts hosts={engine.hosts().map((host) => hostView(host, config))} users={users} />
            <Island of={DoctorCard} with={{}} />
          </>
        )}
        {tab === 'about' && (
          <section class="card stack-s" aria-label="About">
            <dl class="facts">
              {lines.map(([name, value]) => (
                <>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </>
              ))}
            </dl>
            <p class="row">
              <a href="/docs/api">API documentation</a> <a href="/docs/reasons">Reason codes</a>{' '}
              <a href="/docs/problems">Problem codes</a> <a href="/api/openapi.json">OpenAPI</a>{' '}
              <a href="/first-steps">First steps</a>
            </p>
          </section>
        )}
      </Page>
    )
  },
})
