import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { listDeliveries, redeliver, redeliverFailed } from '../../delivery/deliveries.ts'
import {
  addWebhook,
  changeSecret,
  changeWebhook,
  getWebhook,
  listWebhooks,
  removeWebhook,
  testWebhook,
} from '../../delivery/manage.ts'
import { Poster } from '../../delivery/post.ts'
import type { WebhookRecord } from '../../delivery/webhook.ts'
import { asJson } from '../asJson.ts'
import {
  deliveryList,
  deliveryQuery,
  deliveryResource,
  redelivered,
  secretAnswer,
  webhookAdded,
  webhookBody,
  webhookChange,
  webhookList,
  webhookResource,
  webhookTest,
} from '../schemas/deliveries.ts'
import { readShared } from '../readShared.ts'
import { problem } from '../schemas/problem.ts'
import { idParams, nameParams } from '../schemas/values.ts'
import type { Services } from '../services.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['operators']
const defaultDeliveries = 50

/** /v1/webhooks: list, add, read, change, remove, test, secret; /v1/deliveries: list, send again. */
export function webhookRoutes(services: Services): FastifyPluginAsyncZod {
  const { pool, networks } = services
  return async (app) => {
    app.get(
      '/v1/webhooks',
      { schema: { tags, summary: 'List webhooks', response: { 200: webhookList, ...errors } } },
      async (request) => {
        const webhooks = await readShared(services, request, () => listWebhooks(pool))
        return asJson({ webhooks: webhooks.map((webhook) => asSeenBy(request, webhook)) })
      },
    )

    app.post(
      '/v1/webhooks',
      {
        schema: {
          tags,
          summary: 'Add a webhook',
          description: 'The answer holds its signing secret, which is not shown again.',
          body: webhookBody,
          response: { 201: webhookAdded, ...errors },
        },
      },
      async (request, reply) => {
        const { name, ...settings } = request.body
        const webhook = await addWebhook(pool, networks, request.principal.tenant, name, settings)
        return await reply.code(201).header('Location', `/v1/webhooks/${name}`).send(asJson(webhook))
      },
    )

    app.get(
      '/v1/webhooks/:name',
      {
        schema: { tags, summary: 'Read a webhook', params: nameParams, response: { 200: webhookResource, ...errors } },
      },
      async (request) => asJson(asSeenBy(request, await getWebhook(pool, request.params.name))),
    )

    app.patch(
      '/v1/webhooks/:name',
      {
        schema: {
          tags,
          summary: 'Change, enable or disable a webhook',
          params: nameParams,
          body: webhookChange,
          response: { 200: webhookResource, ...errors },
        },
      },
      async (request) => asJson(await changeWebhook(pool, networks, request.params.name, request.body)),
    )

    app.delete(
      '/v1/webhooks/:name',
      {
        schema: {
          tags,
          summary: 'Remove a webhook with its deliveries',
          description: 'Refused while an alert rule or a schedule names it.',
          params: nameParams,
          response: { 204: z.null(), ...errors },
        },
      },
      async (request, reply) => {
        await removeWebhook(pool, request.params.name)
        return await reply.code(204).send(null)
      },
    )

    app.post(
      '/v1/webhooks/:name/secret',
      {
        schema: {
          tags,
          summary: 'Give a webhook a new secret',
          description: 'For 24 hours the old one signs besides.',
          params: nameParams,
          response: { 200: secretAnswer, ...errors },
        },
      },
      async (request) => ({ secret: await changeSecret(pool, request.params.name) }),
    )

    app.post(
      '/v1/webhooks/:name/test',
      {
        schema: {
          tags,
          summary: 'Call a webhook now with an event of type webhook.test',
          params: nameParams,
          response: { 200: webhookTest, ...errors },
        },
      },
      async (request) => {
        const poster = new Poster(networks)
        try {
          return await testWebhook(pool, poster, request.params.name)
        } finally {
          poster.close()
        }
      },
    )

    app.post(
      '/v1/webhooks/:name/redeliver',
      {
        schema: {
          tags,
          summary: 'Send every delivery of a webhook again that was given up',
          params: nameParams,
          response: { 200: redelivered, ...errors },
        },
      },
      async (request) => ({ redelivered: await redeliverFailed(pool, request.params.name) }),
    )

    app.get(
      '/v1/deliveries',
      {
        schema: {
          tags,
          summary: 'List deliveries, newest first',
          querystring: deliveryQuery,
          response: { 200: deliveryList, ...errors },
        },
      },
      async (request) => {
        const { limit = defaultDeliveries, ...filter } = request.query
        return asJson({ deliveries: await readShared(services, request, () => listDeliveries(pool, filter, limit)) })
      },
    )

    app.post(
      '/v1/deliveries/:id/redeliver',
      {
        schema: {
          tags,
          summary: 'Send a delivery again',
          params: idParams,
          response: { 200: deliveryResource, ...errors },
        },
      },
      async (request) => asJson(await redeliver(pool, request.params.id)),
    )
  }
}

/** Addresses such as Slack's are secrets themselves: who may only look sees whose they are. */
function asSeenBy({ principal }: FastifyRequest, webhook: WebhookRecord): WebhookRecord {
  return principal.readOnly ? { ...webhook, url: `${new URL(webhook.url).origin}/…` } : webhook
}
