import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { addRule, changeRule, getRule, listAlerts, listRules, removeRule } from '../../delivery/alerts.ts'
import {
  alertList,
  alertQuery,
  alertRuleBody,
  alertRuleChange,
  alertRuleList,
  alertRuleResource,
} from '../schemas/alerts.ts'
import { asJson } from '../asJson.ts'
import { readShared } from '../readShared.ts'
import { problem } from '../schemas/problem.ts'
import { nameParams } from '../schemas/values.ts'
import type { Services } from '../services.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['operators']
const defaultAlerts = 50

/** /v1/alerts: list; /v1/alerts/rules: list, add, read, change, remove. */
export function alertRoutes(services: Services): FastifyPluginAsyncZod {
  const { pool } = services
  return async (app) => {
    app.get(
      '/v1/alerts',
      {
        schema: {
          tags,
          summary: 'List alerts, those that are not resolved first',
          querystring: alertQuery,
          response: { 200: alertList, ...errors },
        },
      },
      async (request) => {
        const { state, limit = defaultAlerts } = request.query
        return asJson({ alerts: await readShared(services, request, () => listAlerts(pool, state, limit)) })
      },
    )

    app.get(
      '/v1/alerts/rules',
      { schema: { tags, summary: 'List alert rules', response: { 200: alertRuleList, ...errors } } },
      async (request) => asJson({ rules: await readShared(services, request, () => listRules(pool)) }),
    )

    app.post(
      '/v1/alerts/rules',
      {
        schema: {
          tags,
          summary: 'Add an alert rule',
          body: alertRuleBody,
          response: { 201: alertRuleResource, ...errors },
        },
      },
      async (request, reply) => {
        const { name, ...settings } = request.body
        const rule = await addRule(pool, name, settings)
        return await reply.code(201).header('Location', `/v1/alerts/rules/${name}`).send(asJson(rule))
      },
    )

    app.get(
      '/v1/alerts/rules/:name',
      {
        schema: {
          tags,
          summary: 'Read an alert rule',
          params: nameParams,
          response: { 200: alertRuleResource, ...errors },
        },
      },
      async (request) => asJson(await getRule(pool, request.params.name)),
    )

    app.patch(
      '/v1/alerts/rules/:name',
      {
        schema: {
          tags,
          summary: 'Change an alert rule',
          params: nameParams,
          body: alertRuleChange,
          response: { 200: alertRuleResource, ...errors },
        },
      },
      async (request) => asJson(await changeRule(pool, request.params.name, request.body)),
    )

    app.delete(
      '/v1/alerts/rules/:name',
      {
        schema: {
          tags,
          summary: 'Remove an alert rule with its alerts',
          params: nameParams,
          response: { 204: z.null(), ...errors },
        },
      },
      async (request, reply) => {
        await removeRule(pool, request.params.name)
        return await reply.code(204).send(null)
      },
    )
  }
}
