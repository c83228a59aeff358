import { parentPort } from 'node:worker_threads'
import type { EncoderAnswer, EncoderRequest } from './encoder.ts'
import { encodeRowGroup } from './rowGroup.ts'

/** The thread of {@link ParquetEncoder}: one row group after another. */
parentPort!.on('message', ({ id, task }: EncoderRequest) => {
  let answer: EncoderAnswer
  try {
    answer = { id, parts: encodeRowGroup(task) }
  } catch (error) {
    answer = { id, error: error as Error }
  }
  parentPort!.postMessage(answer, 'parts' in answer ? [answer.parts.pages.buffer as ArrayBuffer] : [])
})
