import type { FastifyPluginAsync } from 'fastify'
import type { AdminMode } from '../config.ts'
import { adminPage } from './adminPage.ts'
import { startPage } from './startPage.ts'

/** What a server shows to people: the start page, and the admin page unless it is off. */
export function pages(admin: AdminMode): FastifyPluginAsync {
  return async (app) => {
    startPage(app, admin !== 'off')
    if (admin !== 'off') await adminPage(app)
  }
}
