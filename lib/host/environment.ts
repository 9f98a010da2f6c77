import { Deno } from '@deno/shim-deno'

/** An environment variable, or null when it is not set or empty. */
export const environmentVariable = (name: string): string | null => Deno.env.get(name) || null

export const environmentVariables = (): Readonly<Record<string, string>> => Deno.env.toObject()
