import { type ComponentType, createContext, type VNode } from 'preact'
import { useContext } from 'preact/hooks'
import type { IslandAsset } from './assets.ts'

export interface IslandScope {
  /** Looked up by identity: the component a page imports is the very one the loader found. */
  find(component: unknown): IslandAsset | undefined
  /** Collects what the page used, so that it loads no script it does not need. */
  readonly used: Set<IslandAsset>
}

export const IslandContext = createContext<IslandScope | null>(null)

/** Props travel as JSON in an attribute; a Date, a bigint or a function in them is an error at the page's own line. */
export type Plain<T> = unknown extends T
  ? // Whatever an API schema calls unknown came as JSON.
    T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer U)[]
      ? readonly Plain<U>[]
      : T extends Date | bigint | symbol | ((...args: never[]) => unknown)
        ? never
        : { [K in keyof T]: Plain<T[K]> }

export interface IslandProps<P extends object> {
  /** Default export of a file in islands/. */
  readonly of: ComponentType<P>
  readonly with: P & Plain<P>
}

/** Renders the component on the server and has the browser bring it to life. No children: pass data. */
export function Island<P extends object>({ of: Component, with: props }: IslandProps<P>): VNode {
  const scope = useContext(IslandContext)
  if (!scope) throw new Error('<Island> works only inside a page rendered by the runtime.')
  const asset = scope.find(Component)
  if (!asset) {
    const name = Component.displayName ?? (Component.name || 'component')
    throw new Error(`<Island of={${name}}>: must be the default export of a file directly in islands/.`)
  }
  scope.used.add(asset)
  // The element is invisible to the layout by a rule of the runtime's stylesheet: the CSP forbids style attributes.
  return (
    <div data-island={asset.name} data-src={asset.src} data-props={JSON.stringify(props)}>
      <Component {...props} />
    </div>
  )
}
