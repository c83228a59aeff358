import { afterAll, expect, test } from 'vitest'
import { renderPlan } from '../../src/cli/client/renderPlan.ts'
import { planSteps } from '../../src/queries/planSteps.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { startWorker } from '../helpers/worker.ts'
import { runCli } from './runCli.ts'

const database = await createDatabase()
const source = await createSource(database, {
  setup: `
    create table orders as select n as id, n % 7 as country, n * 3.5 as amount from generate_series(1, 20000) n;
    create table countries as select n as id, 'country ' || n as name from generate_series(0, 6) n;
    create index on orders (id);
    analyze`,
})
const server = await startServer(database)
const worker = await startWorker(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
})
const env = { SLUICE_URL: server.url }

test('a plan is shown as EXPLAIN shows it', async () => {
  const statements = [
    `select c.name, sum(amount) from orders o left join countries c on c.id = o.country where o.id > 5 group by c.name order by 2 desc limit 3`,
    `select * from orders where id = 7`,
    `with recent as materialized (select * from orders where amount > 10) select * from recent r where r.id < 3 and exists (select from countries where name = 'x')`,
    `select * from generate_series(1, 3) g`,
  ]
  for (const sql of statements) {
    const { rows } = await source.pool.query<{ 'QUERY PLAN': unknown }>(`explain (format json) ${sql}`)
    const { rows: lines } = await source.pool.query<{ 'QUERY PLAN': string }>(`explain ${sql}`)
    const shown = renderPlan(planSteps(rows[0]!['QUERY PLAN']))
    // Whether PostgreSQL names a subplan's parent, or a cast in a sort key, differs between its forms.
    const steps = (text: string): string[] =>
      [...text.matchAll(/(?:^|->) *([^\n]*?) *\(cost=(.*?)\)/gm)].map(([, title, cost]) => `${title} ${cost}`)
    expect(steps(shown)).toEqual(steps(lines.map((line) => line['QUERY PLAN']).join('\n')))
  }
  const { rows } = await source.pool.query<{ 'QUERY PLAN': unknown }>(`explain (format json) ${statements[1]!}`)
  expect(renderPlan(planSteps(rows[0]!['QUERY PLAN']))).toMatch(
    /^Index Scan using orders_id_idx on orders {2}\(cost=.*\)\n {2}Index Cond: \(id = 7\)$/,
  )
})

test('sluice query --explain keeps the plan, sluice plan shows it', async () => {
  const submitted = await runCli(['submit', 'select count(*) from orders', '--explain'], { env })
  const id = submitted.stdout.trim()
  await runCli(['status', id, '--wait', '20'], { env })
  const shown = await runCli(['plan', id], { env })
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Aggregate .*\n {2}->  Seq Scan on orders /) })
  const json = await runCli(['plan', id, '--attempt', '1', '--json'], { env })
  expect(JSON.parse(json.stdout)).toMatchObject([{ Plan: { 'Node Type': 'Aggregate' } }])
  const none = await runCli(['plan', id, '--attempt', '2'], { env })
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('No plan was kept') })
})

test('what a plan quotes cannot steer the terminal', () => {
  const node = { 'Node Type': 'Seq Scan', 'Relation Name': 't\u001b[31m', Filter: "(x = '\n\u0007')" }
  const shown = renderPlan(planSteps([{ Plan: node }]))
  for (const character of ['\u0007', '\u001b']) expect(shown).not.toContain(character)
  expect(shown).toContain("Filter: (x = '↵\\u{7}')")
})
