import { Fragment } from 'preact'

/** A sentence of the witness: what it has in backticks is a word for a terminal, and stands as one. */
export function Said({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(/`([^`\n]+)`/).map((part, at) => (
        <Fragment key={at}>{at % 2 === 1 ? <code>{part}</code> : part}</Fragment>
      ))}
    </>
  )
}
