import type { z } from 'zod'

/** A route as a module: what each method answers with. */
type Route = Readonly<Partial<Record<string, unknown>>>

/**
 * Where a path's answer is described: in the route itself, so that there is one ruler for both ends. Loaded only when there is
 * an answer to judge, and while it is waited for: a command line that asks nothing needs no zod.
 */
const ROUTES: readonly (readonly [path: string, load: () => Promise<Route>])[] = [
  ['/healthz', () => import('#routes/healthz.ts')],
  ['/api/adopt', () => import('#routes/api/adopt.ts')],
  ['/api/anchors', () => import('#routes/api/anchors/index.ts')],
  ['/api/audit', () => import('#routes/api/audit/index.ts')],
  ['/api/audit/accept', () => import('#routes/api/audit/accept.ts')],
  ['/api/audit/verify', () => import('#routes/api/audit/verify.ts')],
  ['/api/can-destroy', () => import('#routes/api/can-destroy.ts')],
  ['/api/config', configRoute],
  ['/api/config/reload', () => import('#routes/api/config/reload.ts')],
  ['/api/datasets', () => import('#routes/api/datasets/index.ts')],
  ['/api/datasets/:id', () => import('#routes/api/datasets/[id].ts')],
  ['/api/datasets/:id/ack', () => import('#routes/api/datasets/[id]/ack.ts')],
  ['/api/datasets/:id/adopt', () => import('#routes/api/datasets/[id]/adopt.ts')],
  ['/api/datasets/:id/explain', () => import('#routes/api/datasets/[id]/explain.ts')],
  ['/api/datasets/:id/pause', () => import('#routes/api/datasets/[id]/pause.ts')],
  ['/api/datasets/:id/preview', () => import('#routes/api/datasets/[id]/preview.ts')],
  ['/api/datasets/:id/resume', () => import('#routes/api/datasets/[id]/resume.ts')],
  ['/api/datasets/:id/run', () => import('#routes/api/datasets/[id]/run.ts')],
  ['/api/datasets/:id/snapshots', () => import('#routes/api/datasets/[id]/snapshots.ts')],
  ['/api/datasets/:id/verify', () => import('#routes/api/datasets/[id]/verify.ts')],
  ['/api/functions', () => import('#routes/api/functions/index.ts')],
  ['/api/functions/doctor', doctorRoute],
  ['/api/functions/discover', discoverRoute],
  ['/api/functions/:name', () => import('#routes/api/functions/[name].ts')],
  ['/api/logs', () => import('#routes/api/logs.ts')],
  ['/api/openapi.json', () => import('#routes/api/openapi.json.ts')],
  ['/api/run', () => import('#routes/api/run.ts')],
  ['/api/runs', () => import('#routes/api/runs/index.ts')],
  ['/api/runs/:id', () => import('#routes/api/runs/[id].ts')],
  ['/api/runs/:id/cancel', () => import('#routes/api/runs/[id]/cancel.ts')],
  ['/api/set-asides', () => import('#routes/api/set-asides/index.ts')],
  ['/api/status', () => import('#routes/api/status.ts')],
  ['/api/tokens', () => import('#routes/api/tokens/index.ts')],
  ['/api/tokens/:id', () => import('#routes/api/tokens/[id].ts')],
  ['/api/users', () => import('#routes/api/users/index.ts')],
  ['/api/users/:name', () => import('#routes/api/users/[name].ts')],
  ['/api/version', () => import('#routes/api/version.ts')],
]

/** The schema of what `method path` answers. Throws for a path that is not above: no answer goes unread. */
export async function answerSchema(method: string, path: string): Promise<z.ZodType> {
  const steps = path.split('/')
  const found = ROUTES.find(([pattern]) => {
    const wanted = pattern.split('/')
    return wanted.length === steps.length && wanted.every((step, at) => step.startsWith(':') || step === steps[at])
  })
  const definition = (await found?.[1]())?.[method] as { readonly output?: z.ZodType } | undefined
  if (definition?.output === undefined)
    throw new Error(`What ${method} ${path} answers is not known to the command line.`)
  return definition.output
}

/** Functions answer what their own schema says, one level down. */
async function functionRoute(output: z.ZodType): Promise<Route> {
  const { z } = await import('zod')
  return { POST: { output: z.object({ name: z.string(), output }) } }
}

async function doctorRoute(): Promise<Route> {
  return functionRoute((await import('#lib/api/doctor.ts')).DoctorReport)
}

async function discoverRoute(): Promise<Route> {
  return functionRoute((await import('#lib/api/discovery.ts')).Discovery)
}

/** To the API the values are anything; here they are a table. */
async function configRoute(): Promise<Route> {
  const [{ z }, { ConfigReport }] = await Promise.all([import('zod'), import('#lib/api/config.ts')])
  const values = z.array(z.object({ path: z.string(), value: z.unknown(), origin: z.string() }))
  return { GET: { output: ConfigReport.extend({ effective: z.object({ values }) }) } }
}
