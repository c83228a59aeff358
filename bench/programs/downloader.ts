import { connect } from 'node:net'
import type { ReadResult } from './pgReader.ts'
import { startProgram } from './start.ts'

export interface DownloaderInput {
  url: string
  apiKey: string
  queryId: string
  format: string
  encoding: 'identity' | 'zstd'
  repetitions: number
}

const receiveBytes = 256 * 1024

/**
 * Downloads a result and counts the bytes of the body as they come, at as little
 * cost of its own as curl has.
 */
startProgram(async (given, measuring): Promise<ReadResult> => {
  const { repetitions, ...input } = given as DownloaderInput
  const result: ReadResult = { bytes: 0, seconds: [] }
  for (let n = 0; n <= repetitions; n++) {
    const startedAt = performance.now()
    result.bytes = await download(input)
    // The first one warms up.
    if (n === 0) measuring()
    else result.seconds.push((performance.now() - startedAt) / 1000)
  }
  return result
})

/** Bytes of the body, with the lengths of its pieces where it comes in pieces. */
async function download({
  url,
  apiKey,
  queryId,
  format,
  encoding,
}: Omit<DownloaderInput, 'repetitions'>): Promise<number> {
  const { hostname, port } = new URL(url)
  let head = ''
  let bodyBytes = 0
  let end = ''
  await new Promise<void>((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port: Number(port),
      onread: {
        buffer: Buffer.alloc(receiveBytes),
        callback(length, buffer) {
          const piece = (buffer as Buffer).subarray(0, length)
          if (head.includes('\r\n\r\n')) {
            bodyBytes += length
          } else {
            head += piece.toString('latin1')
            bodyBytes = head.length - head.indexOf('\r\n\r\n') - 4
          }
          end = (end + piece.subarray(-5).toString('latin1')).slice(-5)
          return true
        },
      },
    })
    socket.once('error', reject)
    socket.once('close', () => resolve())
    socket.write(
      `GET /v1/queries/${queryId}/result?format=${format} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n` +
        `Authorization: Bearer ${apiKey}\r\nAccept-Encoding: ${encoding}\r\n\r\n`,
    )
  })
  const whole = /^content-length: (\d+)\r$/im.exec(head)?.[1]
  const isWhole = whole === undefined ? end === '0\r\n\r\n' : Number(whole) === bodyBytes
  if (!head.startsWith('HTTP/1.1 200') || !isWhole) throw new Error(`The download broke off: ${head}`)
  return bodyBytes
}
