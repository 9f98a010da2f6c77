import { z } from 'zod'

/** Looked up among the datasets that the engine watches; never made into a path. */
export const datasetId = z
  .string()
  .min(1)
  .max(300)
  .describe('Id of a dataset, as `/api/datasets` lists it.')
  .meta({ examples: ['hqs10-hqs7.HQS10DAT1'] })

/** Of routes that need only the dataset. */
export const datasetInput = z.object({ id: datasetId })

/** The same with a body, which must be empty: a field that does nothing would be a promise. */
export const datasetBody = z.strictObject({ id: datasetId })
