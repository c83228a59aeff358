import { z } from 'zod'
import { time } from './values.ts'

export const sessionBody = z
  .strictObject({
    key: z.string().min(1).max(1000).describe('The API key'),
    name: z.string().trim().min(1).max(100).describe('Who it is; the audit log names them'),
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
