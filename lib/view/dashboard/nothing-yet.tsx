const EXAMPLE = `san_hosts:
  hqs10: { hostname: hqs10.storage.local, ssh_user: zfsadmin }
  hqs7:  { hostname: hqs7.storage.local,  ssh_user: zfsadmin }
pairs:
  - name: "HQS10 → HQS7"
    primary: hqs10
    backup: hqs7
    datasets:
      - name: hqs10p1/HQS10DAT1
        backup_dataset: hqs7p1/HQS10DAT1
scheduler:
  interval_minutes: 30
`

/** The dashboard before anything is configured: what to do, in the order in which it is done. */
export function NothingYet({ file }: { readonly file: string }) {
  return (
    <section class="stack">
      <h1>No datasets configured yet</h1>
      <p>
        Add pairs to <code>{file}</code>, then reload on the <a href="/config">Config</a> page.
      </p>
      <pre class="card">{EXAMPLE}</pre>
      <h2>What comes first</h2>
      <ol class="steps-list card">
        <li>
          A key for the witness: <code>zwitness keys init</code>, then <code>zwitness keys show</code> prints the line
          for <code>authorized_keys</code> on every SAN.
        </li>
        <li>
          The SANs' host keys: <code>zwitness known-hosts scan</code>, compare, then{' '}
          <code>zwitness known-hosts accept</code>.
        </li>
        <li>
          Rights on each SAN: <code>zwitness doctor</code> prints the <code>zfs allow</code> lines that are missing.
        </li>
        <li>
          The configuration: <code>zwitness config check</code> names every fault with its line.
        </li>
        <li>The first check starts by itself; this page then shows it.</li>
      </ol>
      <p>
        Only looking around? <code>zwitness demo</code> shows everything with simulated SANs.
      </p>
    </section>
  )
}
