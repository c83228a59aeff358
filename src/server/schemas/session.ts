import { z } from 'zod'
import { time } from './values.ts'

/** What could make a name look like another one in the log of actions. */
const invisible = /[\p{Control}\p{Bidi_Control}]/u

export const sessionBody = z
  .strictObject({
    key: z.string().min(1).max(1000).describe('The API key'),
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .refine(
        (name) => name.isWellFormed() && !invisible.test(name),
        'must hold no control character and none that turns the direction of text',
      )
      .describe('Who it is; the audit log names them'),
  })
  .meta({ id: 'SessionRequest' })

export const sessionResource = z
  .object({
    name: z.string(),
    login: z.boolean().describe('False: the server asks for no login'),
    read_only: z.boolean().describe('True: nothing may be changed'),
    expires_at: time.nullable().describe('When the login ends; null: it is not by a cookie'),
    version: z.string().describe('Of the server'),
  })
  .meta({ id: 'Session' })
