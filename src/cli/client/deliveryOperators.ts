import type pg from 'pg'
import { isRefusedNetwork, type Networks } from '../../delivery/addresses.ts'
import { addRule, changeRule, getRule, listAlerts, listRules, removeRule } from '../../delivery/alerts.ts'
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
import { alertRuleBody, alertRuleChange } from '../../server/schemas/alerts.ts'
import { asJson } from '../../server/asJson.ts'
import { deliveryQuery, webhookBody, webhookChange } from '../../server/schemas/deliveries.ts'
import { checked } from './checked.ts'
import type { Operators } from './operators.ts'

type OfDelivery =
  | 'webhooks'
  | 'webhook'
  | 'addWebhook'
  | 'changeWebhook'
  | 'removeWebhook'
  | 'changeSecret'
  | 'testWebhook'
  | 'redeliverFailed'
  | 'deliveries'
  | 'redeliver'
  | 'alerts'
  | 'alertRules'
  | 'alertRule'
  | 'addAlertRule'
  | 'changeAlertRule'
  | 'removeAlertRule'

/** What operators do with webhooks and alerts, on the control database. */
export function deliveryOperators(pool: pg.Pool, networks: Networks): Pick<Operators, OfDelivery> {
  return {
    webhooks: async () => asJson(await listWebhooks(pool)),
    webhook: async (name) => asJson(await getWebhook(pool, name)),
    async addWebhook(body) {
      const { name, ...settings } = checked(webhookBody, body)
      return asJson(await addWebhook(pool, networks, 'default', name, settings))
    },
    changeWebhook: async (name, body) =>
      asJson(await changeWebhook(pool, networks, name, checked(webhookChange, body))),
    async removeWebhook(name) {
      await removeWebhook(pool, name)
      return undefined
    },
    changeSecret: (name) => changeSecret(pool, name),
    async testWebhook(name) {
      const poster = new Poster(networks)
      try {
        const attempt = await testWebhook(pool, poster, name)
        if (!isRefusedNetwork(attempt.error)) return attempt
        // It says nothing of what workers may call.
        return {
          ...attempt,
          error: `${attempt.error}. SLUICE_WEBHOOK_NETWORKS of this command does not hold it; workers go by their own`,
        }
      } finally {
        poster.close()
      }
    },
    redeliverFailed: (name) => redeliverFailed(pool, name),
    deliveries: async (filter, limit) => asJson(await listDeliveries(pool, checked(deliveryQuery, filter), limit)),
    redeliver: async (id) => asJson(await redeliver(pool, checked(deliveryQuery.shape.before.unwrap(), id))),

    alerts: async (state, limit) => asJson(await listAlerts(pool, state, limit)),
    alertRules: async () => asJson(await listRules(pool)),
    alertRule: async (name) => asJson(await getRule(pool, name)),
    async addAlertRule(body) {
      const { name, ...settings } = checked(alertRuleBody, body)
      return asJson(await addRule(pool, name, settings))
    },
    changeAlertRule: async (name, body) => asJson(await changeRule(pool, name, checked(alertRuleChange, body))),
    async removeAlertRule(name) {
      await removeRule(pool, name)
      return undefined
    },
  }
}
