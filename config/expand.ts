import { ARGON2_HASH } from './access-words.ts'

export interface Expanded {
  readonly text: string
  /** Variables that were put in, in order. */
  readonly names: readonly string[]
  readonly faults: readonly string[]
}

const EXAMPLE = '$' + '{NAME}'

/**
 * `${NAME}` in a text value, `$$` for a dollar sign. Done after YAML is parsed, so that no value can add keys to the file.
 * A lone `$` is refused instead of guessed at. An empty variable counts as set.
 */
export function expandVariables(text: string, env: Readonly<Record<string, string | undefined>>): Expanded {
  // A hash that `zwitness user hash` printed is full of dollar signs and never holds a variable.
  if (ARGON2_HASH.test(text)) return { text, names: [], faults: [] }
  const names: string[] = []
  const faults: string[] = []
  const result = text.replaceAll(
    /\$(\$|\{([^}]*)\}?)?/g,
    (whole: string, rest: string | undefined, name: string | undefined) => {
      if (rest === '$') return '$'
      if (name === undefined) {
        faults.push(
          `A lone $ stands here; write ${EXAMPLE} for a variable of the environment, or $$ for a dollar sign.`,
        )
        return whole
      }
      // What follows the name may be a default, and a secret.
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || !whole.endsWith('}')) {
        faults.push(
          `\${${/^\w*/.exec(name)?.[0]}…} is not a variable; write \${NAME} with letters, digits and _ only (defaults as in \${NAME:-x} are not known here).`,
        )
        return whole
      }
      const value = Object.hasOwn(env, name) ? env[name] : undefined
      if (value === undefined) {
        faults.push(
          `The variable ${name} is not set in the environment of the service; set it, or write the value here.`,
        )
        return whole
      }
      names.push(name)
      return value
    },
  )
  return { text: result, names, faults }
}
