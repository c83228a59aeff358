/** Where the client commands look unless they are told otherwise. */
const defaultOrigin = 'http://127.0.0.1:8080'

/**
 * The start page: the first three commands to copy.
 *
 * @param admin whether there is an admin page to point at
 */
export function html(origin: string, admin: boolean): string {
  const query = `npx sluice query${origin === defaultOrigin ? '' : ` --url ${origin}`}`
  const commands = [
    {
      title: 'Ask over HTTP, wait for the answer',
      text: `curl -s '${origin}/v1/queries?wait=10' \\
  -H 'Content-Type: application/json' \\
  -d '{"sql": "select country, count(*) from events group by country order by 2 desc"}'`,
    },
    {
      title: 'Ask from the command line',
      text: `${query} "select kind, count(*), sum(amount) from events group by kind"`,
    },
    {
      title: 'Take a large result as CSV',
      text: `${query} "select * from events" --format csv -o events.csv`,
    },
  ]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice</title>
<style>
  :root { color-scheme: light dark; --line: #d5dae1; --soft: #f4f6f8; --text: #1c2430; --quiet: #5b6675; --accent: #0b63b5 }
  @media (prefers-color-scheme: dark) { :root { --line: #38424f; --soft: #1d242d; --text: #e6ebf1; --quiet: #9aa7b6; --accent: #6cb4ff } }
  body { font: 1rem/1.5 system-ui, sans-serif; color: var(--text); max-width: 52rem; margin: 3rem auto; padding: 0 1.25rem }
  h1 { font-size: 1.75rem; margin: 0 } h2 { font-size: 1rem; margin: 2rem 0 .5rem }
  p { margin: .25rem 0; color: var(--quiet) }
  pre { background: var(--soft); border: 1px solid var(--line); border-radius: .5rem; padding: .85rem 1rem; overflow-x: auto; user-select: all; font: .875rem/1.6 ui-monospace, monospace; margin: 0 }
  a { color: var(--accent) } nav { margin-top: 2.5rem; display: flex; gap: 1.5rem; flex-wrap: wrap }
</style>
<main>
<h1>Sluice</h1>
<p>Asynchronous SQL on PostgreSQL alone. It runs; copy one of these:</p>
${commands.map(({ title, text }) => `<h2>${escape(title)}</h2>\n<pre tabindex="0">${escape(text)}</pre>`).join('\n')}
<nav>${admin ? '<a href="/admin">Admin page</a><a href="/admin/sql">SQL in the browser</a>' : ''}<a href="/docs">API</a><a href="/openapi.json">OpenAPI</a><a href="/health/ready">Health</a></nav>
</main>
</html>
`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
