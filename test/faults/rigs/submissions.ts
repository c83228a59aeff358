import { audit } from '../../../src/doctor/examine.ts'
import { seeded } from '../random.ts'
import { findings } from '../stack/judge.ts'
import { Stack } from '../stack/stack.ts'
import { until } from '../until.ts'
import type { Rig } from './rig.ts'

const copies = 50
const patienceMs = 60_000

export const submissions: Rig = {
  name: 'submissions',
  what: `the same submission ${copies} times at once under one Idempotency-Key, also while the server's connections break`,
  async run({ seed, repetitions = 40, untilMs, serverUrl }) {
    const violations: string[] = []
    let keys = 0
    let unanswered = 0
    await using stack = await Stack.start({ controlServer: serverUrl, sourceServer: serverUrl, workers: 1 })
    for (; keys < repetitions && performance.now() < untilMs; keys++) {
      const random = seeded(seed + keys)
      const key = crypto.randomUUID()
      const submitting = Promise.all(Array.from({ length: copies }, () => submit(stack, key, 'select 1')))
      // Every other time some answers are lost: the copies are what clients would send again.
      if (keys % 2 === 1) {
        setTimeout(() => stack.serverWay.breakSome(() => random.chance(0.5)), random.between(0, 40))
      }
      const answers = await submitting
      unanswered += answers.filter(({ status }) => status >= 500).length
      const ids = new Set(answers.flatMap(({ id }) => id ?? []))
      const strange = answers.filter(({ status }) => status < 500 && status !== 202 && status !== 200 && status !== 201)
      const title = `key ${keys}`
      if (ids.size > 1) violations.push(`${title}: ${ids.size} queries`)
      if (strange.length > 0)
        violations.push(`${title}: answers ${[...new Set(strange.map((s) => s.status))].join(', ')}`)
      if (keys % 2 === 0 && answers.some(({ id }) => id === undefined)) violations.push(`${title}: some got no id`)
      const other = await submit(stack, key, 'select 2')
      if (ids.size === 1 && other.status !== 422) violations.push(`${title}: another body was answered ${other.status}`)
    }
    await until('every query has ended', patienceMs, async () => {
      const { rowCount } = await stack.control.query(`select from sluice.queries where state <> 'succeeded' limit 1`)
      return rowCount === 0
    })
    violations.push(...findings(await audit(stack.controlUrl)))
    return {
      counts: [
        { what: 'keys', count: keys },
        { what: 'submissions', count: keys * copies },
        { what: 'answered 503, to be sent again', count: unanswered },
        { what: 'keys with more than one query, and other violations', count: violations.length, most: 0 },
      ],
      measures: [],
      violations,
    }
  },
}

async function submit(stack: Stack, key: string, sql: string): Promise<{ status: number; id: string | undefined }> {
  const answer = await fetch(`${stack.apiUrl}/v1/queries`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${stack.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ sql }),
  })
  const { id } = (await answer.json()) as { id?: string }
  return { status: answer.status, id }
}
