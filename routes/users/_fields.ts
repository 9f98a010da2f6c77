import { z } from 'zod'
import { password } from '#lib/api/words.ts'

// Wider than what the API takes: what is wrong is said on the page, at its field, by the service itself.
export const typedPassword = password.or(z.literal('')).default('').meta({ secret: true })
export const typedName = z.string().trim().toLowerCase().max(200).default('')
