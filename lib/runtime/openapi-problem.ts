import type { oas31 } from 'zod-openapi'

/** The one error schema (RFC 9457 and our members). */
export const PROBLEM_SCHEMA: oas31.SchemaObject = {
  type: 'object',
  description:
    'What is wrong and what to do instead. `code` is stable; `detail` is for people. Unknown members must be ignored.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId', 'retryable'],
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Page of this server that explains the code.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'Path of the request.' },
    code: { type: 'string', pattern: '^[A-Z][A-Z0-9_]*$' },
    requestId: { type: 'string', description: 'The same as in the header X-Request-Id and in the log.' },
    retryable: { type: 'boolean', description: 'True when the same request may succeed later.' },
    next: {
      type: 'object',
      required: ['href'],
      properties: { href: { type: 'string', format: 'uri-reference' }, method: { type: 'string' } },
    },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: {
          pointer: { type: 'string', format: 'json-pointer' },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
  },
  example: {
    type: '/docs/problems#validation',
    title: 'The input is not valid',
    status: 422,
    detail: '/limit: Too small: expected number to be >=1',
    instance: '/api/functions/check-lag',
    code: 'VALIDATION',
    requestId: '019392d0-5d0e-7000-8f9e-8c6f3c0d4a11',
    retryable: false,
    errors: [{ pointer: '/limit', code: 'TOO_SMALL', detail: 'Too small: expected number to be >=1' }],
  },
}
