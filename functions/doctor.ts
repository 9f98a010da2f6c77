import { z } from 'zod'
import { DoctorReport, doctorInput, doctorView } from '#lib/api/doctor.ts'
import { configuredHostId } from '#lib/api/refusals.ts'
import { defineFunction } from '#lib/services.ts'

export default defineFunction({
  summary: 'Look at everything that replication rests on.',
  description: 'From the key file to the rights on each SAN; every finding has its cure. Writes to no SAN.',
  timeout: 15 * 60_000,
  tags: ['hosts'],
  input: z.object(doctorInput),
  output: DoctorReport,
  async run({ host, throughput }, { config, inspection, signal }) {
    if (host !== undefined) configuredHostId(config, host)
    return doctorView(await inspection.doctor({ host, throughput, signal }))
  },
})
