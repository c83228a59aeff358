import { context, isSpanContextValid, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import type { ErrorCode } from '../errors.ts'
import type { Claim } from '../queries/claim.ts'
import { normalize } from '../queries/normalize.ts'
import type { State } from '../queries/states.ts'
import type { Source } from '../sources/source.ts'
import { contextOf } from '../traceContext.ts'
import { version } from '../version.ts'

/** Whether spans hold statements: not at all, without their constants, or as they are. */
export type TracedSql = 'off' | 'redacted' | 'full'

/** What an attempt came to. */
export interface RunEnd {
  /** What the query then is; null: another run may have taken over. */
  state: State | null
  error?: { code: ErrorCode | 'lease_lost'; sqlstate?: string }
  /** What was stored. */
  result?: { rows: number; rawBytes: number }
}

const tracer = trace.getTracer('sluice', version)

/**
 * Does the work of a run in a span of its own, a child of the submission's. Names and attributes
 * are those of OpenTelemetry's conventions for database clients, and `sluice.*`: docs/tracing.md.
 */
export async function inRunSpan(claim: Claim, work: (span: Span) => Promise<void>): Promise<void> {
  const parent = contextOf(claim.traceparent, claim.tracestate)
  const span = tracer.startSpan(
    'postgresql',
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system.name': 'postgresql',
        'sluice.query_id': claim.queryId,
        'sluice.lane': claim.lane,
        'sluice.source': claim.source,
        'sluice.attempt': claim.attempt,
      },
    },
    parent,
  )
  try {
    await context.with(trace.setSpan(parent, span), () => work(span))
  } finally {
    span.end()
  }
}

/** Adds where the statement runs. */
export function noteSource(span: Span, { host, port, database }: Source, sql: string, tracedSql: TracedSql): void {
  if (!span.isRecording()) return
  span.updateName(database)
  span.setAttributes({ 'db.namespace': database, 'server.address': host })
  // A host that is a path is that of a unix socket, where the port only makes its name.
  if (!host.startsWith('/')) span.setAttribute('server.port', port)
  if (tracedSql !== 'off') span.setAttribute('db.query.text', tracedSql === 'full' ? sql : normalize(sql))
}

/** Adds which command the source says that it has run, such as SELECT. */
export function noteCommand(span: Span, { database }: Source, command: string | undefined): void {
  if (!span.isRecording() || command === undefined) return
  span.updateName(`${command} ${database}`)
  span.setAttribute('db.operation.name', command)
}

/** Adds what the run came to. Messages of errors can quote values, so they are left out. */
export function noteEnd(span: Span, { state, error, result }: RunEnd): void {
  if (!span.isRecording()) return
  if (state !== null) span.setAttribute('sluice.state', state)
  if (result !== undefined) span.setAttributes({ 'sluice.rows': result.rows, 'sluice.bytes': result.rawBytes })
  if (error === undefined) return
  if (error.sqlstate !== undefined) span.setAttribute('db.response.status_code', error.sqlstate)
  span.setAttributes({ 'error.type': error.sqlstate ?? error.code, 'sluice.error_code': error.code })
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** What log lines about the run say of its trace. */
export function traceFields(span: Span): { trace_id?: string } {
  const place = span.spanContext()
  return isSpanContextValid(place) ? { trace_id: place.traceId } : {}
}
