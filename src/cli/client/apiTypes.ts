import type { z } from 'zod'
import type { alertList, alertRuleBody, alertRuleChange, alertRuleResource } from '../../server/schemas/alerts.ts'
import type {
  deliveryQuery,
  deliveryResource,
  webhookAdded,
  webhookBody,
  webhookChange,
  webhookResource,
  webhookTest,
} from '../../server/schemas/deliveries.ts'
import type { capturedPlan } from '../../server/schemas/details.ts'
import type { laneResource } from '../../server/schemas/lanes.ts'
import type { formats } from '../../server/schemas/results.ts'
import type { problem } from '../../server/schemas/problem.ts'
import type { queryResource } from '../../server/schemas/queries.ts'
import type { sourceChange, sourceResource, sourceTest } from '../../server/schemas/sources.ts'
import type { submitBody } from '../../server/schemas/submit.ts'

import type {
  fireList,
  scheduleBody,
  scheduleChange,
  scheduleList,
  scheduleResource,
} from '../../server/schemas/schedules.ts'

/** Requests and answers of the HTTP API, as its schemas say. */
export type SubmitRequest = z.input<typeof submitBody>
export type Query = z.output<typeof queryResource>
export type QueryError = NonNullable<Query['error']>
export type ResultFormat = (typeof formats)[number]
export type Problem = z.output<typeof problem>
export type SourceChange = z.input<typeof sourceChange>
export type Source = z.output<typeof sourceResource>
export type SourceTest = z.output<typeof sourceTest>
export type ScheduleRequest = z.input<typeof scheduleBody>
export type ScheduleChange = z.input<typeof scheduleChange>
export type Schedule = z.output<typeof scheduleResource>
export type ScheduleList = z.output<typeof scheduleList>
export type Fire = z.output<typeof fireList>['fires'][number]
export type Webhook = z.output<typeof webhookResource>
export type WebhookRequest = z.input<typeof webhookBody>
export type WebhookChange = z.input<typeof webhookChange>
export type WebhookAdded = z.output<typeof webhookAdded>
export type WebhookTest = z.output<typeof webhookTest>
export type Delivery = z.output<typeof deliveryResource>
export type DeliveryFilter = Pick<z.output<typeof deliveryQuery>, 'webhook' | 'query_id' | 'state'>
export type AlertRule = z.output<typeof alertRuleResource>
export type AlertRuleRequest = z.input<typeof alertRuleBody>
export type AlertRuleChange = z.input<typeof alertRuleChange>
export type Alert = z.output<typeof alertList>['alerts'][number]
export type CapturedPlan = z.output<typeof capturedPlan>
export type Lane = z.output<typeof laneResource>

/** Filters of a list of queries; undefined: any. */
export interface ListFilter {
  state?: readonly string[] | undefined
  lane?: readonly string[] | undefined
  source?: readonly string[] | undefined
  tenant?: readonly string[] | undefined
  /** `key:value`. */
  label?: readonly string[] | undefined
  q?: string | undefined
  worker?: string | undefined
  code?: string | undefined
  submitted_after?: string | undefined
  submitted_before?: string | undefined
}

/** What part of a result is wanted, in rows. */
export interface ResultWindow {
  offset?: number | undefined
  limit?: number | undefined
}
