import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { contextOf } from '../traceContext.ts'
import { version } from '../version.ts'

const tracer = trace.getTracer('sluice', version)

/**
 * Begins the span of a submission; it ends with the answer. Its parent is that which the
 * headers name, or what an instrumentation of HTTP has begun for this request. Without an SDK
 * it records nothing and stands for the place that the headers name.
 */
export function startSubmitSpan(request: FastifyRequest, reply: FastifyReply): Span {
  const { method, protocol, routeOptions } = request
  const route = routeOptions.url!
  const outer = trace.getActiveSpan()
  const span = tracer.startSpan(
    `${method} ${route}`,
    {
      kind: outer === undefined ? SpanKind.SERVER : SpanKind.INTERNAL,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'url.path': route,
        'url.scheme': protocol,
      },
    },
    outer === undefined
      ? contextOf(headerText(request.headers['traceparent']), headerText(request.headers['tracestate']))
      : context.active(),
  )
  if (span.isRecording()) reply.raw.once('close', () => end(span, reply.raw.statusCode))
  return span
}

function end(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status)
  if (status >= 500) {
    span.setAttribute('error.type', String(status))
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}

function headerText(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : [header].flat().join()
}
