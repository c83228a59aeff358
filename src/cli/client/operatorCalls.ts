import { searchParams, type Call } from './call.ts'
import type {
  Alert,
  AlertRule,
  AlertRuleChange,
  AlertRuleRequest,
  Delivery,
  DeliveryFilter,
  Fire,
  Lane,
  Query,
  Schedule,
  ScheduleChange,
  ScheduleList,
  ScheduleRequest,
  Source,
  SourceChange,
  SourceTest,
  Webhook,
  WebhookAdded,
  WebhookChange,
  WebhookRequest,
  WebhookTest,
} from './apiTypes.ts'

/** The calls of the HTTP API that are for operators. */
export function operatorCalls(json: Call) {
  const on =
    (things: string) =>
    (name: string): string =>
      `/v1/${things}/${encodeURIComponent(name)}`
  const [onSchedule, onSource, onLane, onWebhook, onRule] = [
    on('schedules'),
    on('sources'),
    on('lanes'),
    on('webhooks'),
    on('alerts/rules'),
  ]

  return {
    sources: async () => (await json<{ sources: Source[] }>('GET', '/v1/sources')).sources,
    addSource: (body: SourceChange & { name: string }) => json<Source>('POST', '/v1/sources', { body }),
    changeSource: (name: string, body: SourceChange) => json<Source>('PATCH', onSource(name), { body }),
    removeSource: (name: string) => json<undefined>('DELETE', onSource(name)),
    testSource: (name: string) => json<SourceTest>('POST', `${onSource(name)}/test`),

    lanes: async () => (await json<{ lanes: Lane[] }>('GET', '/v1/lanes')).lanes,
    setPaused: (name: string, paused: boolean) => json<Lane>('POST', `${onLane(name)}/${paused ? 'pause' : 'resume'}`),

    /** Every schedule, and who fires them. */
    schedules: () => json<ScheduleList>('GET', '/v1/schedules'),
    schedule: (name: string) => json<Schedule>('GET', onSchedule(name)),
    addSchedule: (body: ScheduleRequest) => json<Schedule>('POST', '/v1/schedules', { body }),
    changeSchedule: (name: string, body: ScheduleChange) => json<Schedule>('PATCH', onSchedule(name), { body }),
    removeSchedule: (name: string) => json<undefined>('DELETE', onSchedule(name)),
    /** Submits the query of a schedule now; its id. */
    runSchedule: async (name: string) => (await json<Query>('POST', `${onSchedule(name)}/run`)).id,
    /** The newest fires of a schedule. */
    fires: async (name: string, limit: number) =>
      (await json<{ fires: Fire[] }>('GET', `${onSchedule(name)}/fires?limit=${limit}`)).fires,

    webhooks: async () => (await json<{ webhooks: Webhook[] }>('GET', '/v1/webhooks')).webhooks,
    webhook: (name: string) => json<Webhook>('GET', onWebhook(name)),
    addWebhook: (body: WebhookRequest) => json<WebhookAdded>('POST', '/v1/webhooks', { body }),
    changeWebhook: (name: string, body: WebhookChange) => json<Webhook>('PATCH', onWebhook(name), { body }),
    removeWebhook: (name: string) => json<undefined>('DELETE', onWebhook(name)),
    /** Gives it a new secret; that. */
    changeSecret: async (name: string) => (await json<{ secret: string }>('POST', `${onWebhook(name)}/secret`)).secret,
    /** Calls it now. */
    testWebhook: (name: string) => json<WebhookTest>('POST', `${onWebhook(name)}/test`),
    /** Sends again all that were given up; how many. */
    redeliverFailed: async (name: string) =>
      (await json<{ redelivered: number }>('POST', `${onWebhook(name)}/redeliver`)).redelivered,
    /** The newest deliveries that match. */
    deliveries: async (filter: DeliveryFilter, limit: number) =>
      (await json<{ deliveries: Delivery[] }>('GET', `/v1/deliveries?${searchParams({ ...filter, limit })}`))
        .deliveries,
    redeliver: (id: string) => json<Delivery>('POST', `/v1/deliveries/${encodeURIComponent(id)}/redeliver`),

    alerts: async (state: Alert['state'] | undefined, limit: number) =>
      (await json<{ alerts: Alert[] }>('GET', `/v1/alerts?${searchParams({ state, limit })}`)).alerts,
    alertRules: async () => (await json<{ rules: AlertRule[] }>('GET', '/v1/alerts/rules')).rules,
    alertRule: (name: string) => json<AlertRule>('GET', onRule(name)),
    addAlertRule: (body: AlertRuleRequest) => json<AlertRule>('POST', '/v1/alerts/rules', { body }),
    changeAlertRule: (name: string, body: AlertRuleChange) => json<AlertRule>('PATCH', onRule(name), { body }),
    removeAlertRule: (name: string) => json<undefined>('DELETE', onRule(name)),
  }
}
