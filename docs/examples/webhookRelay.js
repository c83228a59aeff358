/**
 * Tells Slack, or people by e-mail, of what Sluice's webhooks say. Needs Node 20 or later and nothing else:
 *
 *     WEBHOOK_SECRET=whsec_… SLACK_URL=https://hooks.slack.com/services/… node webhookRelay.js
 *
 * E-mail goes through Resend's HTTP API: RESEND_KEY, MAIL_FROM, MAIL_TO (RESEND_URL for another address of it).
 * SLUICE_URL makes links. PORT is 8099 unless it says otherwise.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import http from 'node:http'
import { text } from 'node:stream/consumers'

const { WEBHOOK_SECRET = '', SLACK_URL, RESEND_KEY, MAIL_FROM, MAIL_TO, SLUICE_URL = '' } = process.env
const resendUrl = process.env.RESEND_URL ?? 'https://api.resend.com/emails'
const oldestSeconds = 300

const missing = [
  !WEBHOOK_SECRET.startsWith('whsec_') && 'WEBHOOK_SECRET, as sluice webhook add printed it',
  !SLACK_URL && !RESEND_KEY && 'SLACK_URL or RESEND_KEY',
  RESEND_KEY && !(MAIL_FROM && MAIL_TO) && 'MAIL_FROM and MAIL_TO',
].filter(Boolean)
if (missing.length > 0) {
  console.error(`Set ${missing.join('; ')}.`)
  process.exit(2)
}

/** Whether the signature of Standard Webhooks fits; libraries for most languages do the same. */
function isSigned(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures = '' } = headers
  if (!(Math.abs(Date.now() / 1000 - Number(at)) <= oldestSeconds)) return false
  const key = Buffer.from(WEBHOOK_SECRET.replace('whsec_', ''), 'base64')
  const wanted = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest()
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace('v1,', ''), 'base64')
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  })
}

function sentence({ type, data }) {
  if (type === 'alert.firing') return `Alert ${data.rule} ${data.subject} fires: ${data.value}`
  if (type === 'alert.resolved') return `Alert ${data.rule} ${data.subject} is over`
  if (!type.startsWith('query.')) return `Sluice says ${type}`
  const what = data.schedule === null ? `Query ${data.id}` : `Schedule ${data.schedule}`
  const why = data.error === null ? '' : `: ${data.error.message}`
  return `${what} ${data.state} in lane ${data.lane}${why}${SLUICE_URL === '' ? '' : ` ${SLUICE_URL}/admin/queries/${data.id}`}`
}

/** Slack takes these for its own marks otherwise: <!channel> calls everybody. */
function slackText(line) {
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

async function post(url, body, headers = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${new URL(url).host} answered ${answer.status}`)
}

async function answer(request, response) {
  const body = await text(request)
  if (!isSigned(request.headers, body)) return response.writeHead(401).end()
  try {
    const line = sentence(JSON.parse(body))
    // Sluice sends an event again when one of both did not take it. Mail is first because it knows the event by
    // its id, for a day: if Slack fails, no mail goes out twice.
    if (RESEND_KEY) {
      const headers = { authorization: `Bearer ${RESEND_KEY}`, 'idempotency-key': request.headers['webhook-id'] }
      await post(resendUrl, { from: MAIL_FROM, to: MAIL_TO, subject: line.slice(0, 150), text: line }, headers)
    }
    if (SLACK_URL) await post(SLACK_URL, { text: slackText(line) })
    return response.writeHead(204).end()
  } catch (error) {
    // Sluice tries again later.
    console.error(error)
    return response.writeHead(502).end()
  }
}

const server = http.createServer((request, response) => {
  answer(request, response).catch((error) => response.destroy(error))
})
server.listen(Number(process.env.PORT ?? 8099), () => console.log('listening'))
