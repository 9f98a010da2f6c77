import { definePage } from '#lib/services.ts'
import { bytesText } from '#lib/text/words.ts'
import { Moment } from '#lib/view/moment.tsx'
import { SetAsideTable, UnseenNote } from '#lib/view/set-asides/set-aside-table.tsx'
import { ask } from '../_ask.ts'
import { Page } from '../_page.tsx'
import { GET as setAsidesRoute } from '../api/set-asides/index.ts'

export default definePage({
  title: 'Set-asides',
  async render(_, context) {
    const { items, pools, unseen, asOf } = await ask(setAsidesRoute, {}, context)
    const hosts = [...new Set(items.map((aside) => aside.host))].sort()
    return (
      <Page context={context} at="set-asides">
        <h1>Set-asides</h1>
        <p>
          What repairs moved out of the way and kept. The witness never removes them: with the recommended rights it
          could not. The admin of a SAN does, with a script that says what it would do before it does it.
        </p>
        {items.length === 0 ? (
          <p class="empty">
            {unseen.length === 0 ? 'Nothing is set aside.' : 'Nothing is set aside, as far as is known.'}
          </p>
        ) : (
          <>
            <ul class="row">
              {pools.map((pool) => (
                <li key={`${pool.host} ${pool.pool}`} class="card">
                  <b>{bytesText(pool.usedBytes)}</b> in {pool.count} on{' '}
                  <span class="mono">
                    {pool.host}:{pool.pool}
                  </span>
                </li>
              ))}
            </ul>
            <SetAsideTable items={items} />
            <p class="row">
              {hosts.map((host) => (
                <a key={host} class="button" href={`/api/set-asides/script?host=${encodeURIComponent(host)}`} download>
                  Clean-up script for {host}
                </a>
              ))}
            </p>
          </>
        )}
        <UnseenNote unseen={unseen} />
        <p class="muted">
          As of <Moment at={asOf} as="clock" />. Bookmarks that protect the chains are listed by{' '}
          <code>zwitness anchors</code> and <a href="/api/anchors">/api/anchors</a>.
        </p>
      </Page>
    )
  },
})
