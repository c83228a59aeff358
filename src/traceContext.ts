import {
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type SpanContext,
} from '@opentelemetry/api'

/** A place in a distributed trace, as the headers of W3C Trace Context say it. */
export interface TraceHeaders {
  traceparent: string
  tracestate?: string
}

const form = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/
/** Those of level 2; others are not passed on. */
const knownFlags = TraceFlags.SAMPLED | 0x02

/**
 * The context of spans that belong to a place in a trace: that of no trace if there is none, or
 * the headers are not valid, as W3C Trace Context says. API alone reads it, so it is read also
 * where no SDK is registered.
 */
export function contextOf(traceparent: string | null | undefined, tracestate: string | null | undefined): Context {
  const place = placeOf(traceparent ?? '')
  if (place === undefined) return ROOT_CONTEXT
  if (tracestate) place.traceState = createTraceState(tracestate)
  return trace.setSpanContext(ROOT_CONTEXT, place)
}

function placeOf(traceparent: string): SpanContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = form.exec(traceparent) ?? []
  // A later version may say more after what this one knows.
  if (version === undefined || (version === '00' && more !== undefined)) return undefined
  const place = { traceId, spanId, traceFlags: parseInt(flags, 16) & knownFlags, isRemote: true }
  return isSpanContextValid(place) ? place : undefined
}

/** The headers that name a span, undefined if it belongs to no trace. */
export function headersOf(span: SpanContext): TraceHeaders | undefined {
  if (!isSpanContextValid(span)) return undefined
  const flags = span.traceFlags.toString(16).padStart(2, '0')
  const traceparent = `00-${span.traceId}-${span.spanId}-${flags}`
  const tracestate = span.traceState?.serialize()
  return tracestate ? { traceparent, tracestate } : { traceparent }
}
