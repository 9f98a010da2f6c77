/**
 * The path and query of a request, percent-encoded as they came. Read without the host in front of them: that is the
 * client's word, and no parser of addresses need accept it (`localhost:99999`).
 */
export function pathAndQuery(url: string): { readonly pathname: string; readonly search: string } {
  const from = url.indexOf('/', url.indexOf('://') + 3)
  const target = from < 0 ? '/' : (url.slice(from).split('#', 1)[0] ?? '/')
  const mark = target.indexOf('?')
  return mark < 0 ? { pathname: target, search: '' } : { pathname: target.slice(0, mark), search: target.slice(mark) }
}
