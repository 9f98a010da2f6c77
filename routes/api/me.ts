import { z } from 'zod'
import { ActorKind, kindWord, Role } from '#lib/api/words.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'Who asks, and what they may do.',
  operationId: 'me',
  tags: ['access'],
  output: z.object({ kind: ActorKind, name: z.string(), role: Role, address: z.string().nullable() }),
  run: (_, { actor }) => ({
    kind: kindWord(actor.kind),
    name: actor.name,
    role: actor.role.toUpperCase() as Uppercase<typeof actor.role>,
    address: actor.address,
  }),
})
