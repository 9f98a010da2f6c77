import type { z } from 'zod'
import type { Channel, Message } from './message.ts'
import type { ChannelConfig } from './settings.ts'

/** What a channel is given besides its own settings. */
export interface Around {
  /** `server.public_url`: only below it are there links. Null: none. */
  readonly publicUrl: string | null
  /** How long one answer may take, ms. Only tests give another. */
  readonly timeoutMs?: number
}

/** A type of channels: the keys that it adds to a channel in the file, and how it takes a message to where it is read. */
export interface ChannelKind {
  readonly type: string
  /** For editors. */
  readonly description: string
  readonly keys: z.core.$ZodLooseShape
  /** Secrets that it cannot do without. To the schema they are optional, as they may be given by a file (`<key>_file`). */
  readonly needs: readonly string[]
  /** What the settings contradict themselves in: the key, and what to write instead. */
  readonly judge: (settings: ChannelConfig['settings']) => { readonly key: string; readonly message: string } | null
  /** Opens nothing yet: each delivery connects anew. */
  readonly open: (channel: ChannelConfig, around: Around) => Channel
}

export interface Delivery extends Around {
  readonly message: Message
  readonly signal: AbortSignal
}

/** A kind whose settings have the types of its keys. */
export function channelKind<const T extends z.core.$ZodLooseShape>(kind: {
  readonly type: string
  readonly description: string
  readonly keys: T
  readonly needs?: readonly (keyof T & string)[]
  judge?(settings: z.infer<z.ZodObject<T>>): { readonly key: keyof T & string; readonly message: string } | null
  /** As `Channel.deliver`. */
  deliver(settings: z.infer<z.ZodObject<T>>, delivery: Delivery): Promise<void>
}): ChannelKind {
  // The schema that is made of these keys has judged them.
  const typed = (settings: ChannelConfig['settings']) => settings as z.infer<z.ZodObject<T>>
  return {
    type: kind.type,
    description: kind.description,
    keys: kind.keys,
    needs: kind.needs ?? [],
    judge: (settings) => kind.judge?.(typed(settings)) ?? null,
    open: ({ name, type, settings }, around) => ({
      name,
      type,
      deliver: (message, signal) => kind.deliver(typed(settings), { ...around, message, signal }),
    }),
  }
}
