import { z } from 'zod'
import { DoctorReport, doctorInput, doctorView } from '#lib/api/doctor.ts'
import { configuredHostId } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Look at everything that replication rests on, from the key file to the rights on each SAN.',
  description: 'Every finding has its cure. Writes to no SAN. What is wrong is in the report: the answer is 200.',
  operationId: 'doctor',
  tags: ['hosts'],
  input: z.strictObject(doctorInput),
  output: DoctorReport,
  errors: { 404: ['NO_SUCH_HOST'] },
  timeout: 240_000,
  async run({ host, throughput }, { config, inspection, signal }) {
    if (host !== undefined) configuredHostId(config, host)
    return doctorView(await inspection.doctor({ host, throughput, signal }))
  },
})
