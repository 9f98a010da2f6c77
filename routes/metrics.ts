import { defineRoute } from '#lib/services.ts'

/** Where every Prometheus looks for it, outside /api. */
export const GET = defineRoute({
  summary: 'What Prometheus reads.',
  description:
    'Text format 0.0.4. For whoever reads as a viewer (a token, a session, the socket), and for everybody where the configuration has `metrics: { public: true }`.',
  operationId: 'metrics',
  tags: ['status'],
  produces: 'text/plain',
  publicWhile: ({ config }) => config.metrics.public,
  async run(_, { metrics }) {
    return new Response(await metrics.text(), {
      headers: { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' },
    })
  },
})
