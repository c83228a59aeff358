import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'

const violations: string[] = []

/**
 * Compares every JSON answer of an application with the schema that its route declares:
 * nothing missing, nothing undeclared. What does not fit fails the test that asked.
 */
export function checkAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const violation = findViolation(request, reply, payload)
    if (violation !== undefined) violations.push(violation)
    return payload
  })
}

/** What was found since the last call. */
export function takeViolations(): string[] {
  return violations.splice(0)
}

function findViolation(request: FastifyRequest, reply: FastifyReply, payload: unknown): string | undefined {
  const type = String(reply.getHeader('content-type') ?? '')
  const isResource = /^application\/(problem\+)?json/.test(type)
  const declared = request.routeOptions.schema?.response as Record<string, z.ZodType> | undefined
  if (!isResource || typeof payload !== 'string' || declared === undefined) return undefined
  const where = `${request.method} ${request.url} → ${reply.statusCode}`
  const schema = declared[reply.statusCode] ?? declared[`${Math.floor(reply.statusCode / 100)}xx`]
  if (schema === undefined) {
    // A result itself, whose form is that of its format.
    return reply.statusCode < 300 ? undefined : `${where}: the route declares no such answer`
  }
  const answer = JSON.parse(payload) as unknown
  const parsed = schema.safeParse(answer)
  if (!parsed.success) return `${where}: ${parsed.error.message}`
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(parsed.data)), answer)) {
    return `${where}: the answer holds what its schema does not declare: ${payload.slice(0, 2000)}`
  }
  return undefined
}
