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
