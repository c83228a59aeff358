import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { keepAction } from '../audit/actions.ts'
import { forCancel, type Services } from './services.ts'

/** Routes whose action is not what their address says; null: they change nothing. */
const exceptions: Record<string, string | null> = {
  'POST /v1/queries': 'query.submit',
  'POST /v1/queries/batch': 'query.submit',
  'POST /v1/session': 'session.start',
  'DELETE /v1/session': null,
  'POST /v1/sources/:name/test': null,
  'POST /v1/schedules/times': null,
  'POST /v1/alerts/rules': 'rule.add',
}
/** Clients do these thousands of times a second, and the query itself tells of it; what people do at the page is kept. */
const keptOfPageOnly = new Set(['query.submit'])
const verbs: Record<string, string> = { POST: 'add', PUT: 'set', PATCH: 'change', DELETE: 'remove' }
/** The address of a webhook is one: who knows it may post there. */
const secret = /password|secret|token|authorization|^key$|^url$/i

/**
 * Keeps every action that is taken over HTTP: who, when, what. It is kept before the answer
 * goes out, so that what was acknowledged is in the log.
 */
export function keepAuditTrail(app: FastifyInstance, { pool, reserved }: Pick<Services, 'pool' | 'reserved'>): void {
  const addresses = new WeakMap<FastifyRequest, string>()
  app.addHook('onRoute', (route) => {
    const action = actionOf([route.method].flat()[0]!, route.url)
    if (action === null) return
    const isOfPageOnly = keptOfPageOnly.has(action)
    // A client that goes away before its answer has no address any more.
    const onRequest = async (request: FastifyRequest): Promise<void> => void addresses.set(request, request.ip)
    const onSend = async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> => {
      if (reply.statusCode >= 400 || (isOfPageOnly && !request.principal.isOfPage)) return payload
      if ((request.query as { dry_run?: boolean } | undefined)?.dry_run === true) return payload
      const { tenant, actor } = request.principal
      const address = addresses.get(request) ?? 'unknown'
      const taken = { tenant, actor, address, action, ...aboutWhat(action, request, reply) }
      if (action === 'query.cancel') await forCancel({ pool, reserved }, (free) => keepAction(free, taken))
      else await keepAction(pool, taken)
      return payload
    }
    route.onRequest = [onRequest, route.onRequest ?? []].flat()
    route.onSend = [route.onSend ?? []].flat().concat(onSend as never)
  })
}

/** `POST /v1/lanes/:name/pause` → lane.pause, `PATCH /v1/lanes/:name` → lane.change; null: no action. */
export function actionOf(method: string, path: string): string | null {
  const verb = verbs[method]
  const exception = exceptions[`${method} ${path}`]
  if (verb === undefined || !path.startsWith('/v1/') || exception === null) return null
  const words = path.split('/').filter((word) => word !== '' && word !== 'v1' && !word.startsWith(':'))
  const isNamed = method === 'POST' && words.length > 1
  return exception ?? (isNamed ? `${singular(words[0]!)}.${words.at(-1)}` : `${singular(words.at(-1)!)}.${verb}`)
}

function singular(plural: string): string {
  return plural.replace(/ies$/, 'y').replace(/s$/, '')
}

function aboutWhat(
  action: string,
  request: FastifyRequest,
  reply: FastifyReply,
): { target: string | null; detail: Record<string, unknown> } {
  const params = request.params as { id?: string; name?: string }
  const made = String(reply.getHeader('Location') ?? '')
    .split('/')
    .at(-1)
  const {
    sql,
    params: values,
    queries: _,
    ...asked
  } = {
    ...(request.query as Record<string, unknown>),
    ...(request.body as Record<string, unknown> | null),
  }
  // A query keeps its statement and values; those of a schedule may be others by now.
  const changed = { sql, params: values === undefined ? undefined : '(hidden)' }
  const detail = action.startsWith('schedule.') ? { ...asked, ...changed } : asked
  return { target: params.id ?? params.name ?? (made || null), detail: withoutSecrets(detail) }
}

function withoutSecrets(detail: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(detail, (name, value: unknown) => (secret.test(name) ? '(hidden)' : value))
  return JSON.parse(text) as Record<string, unknown>
}
