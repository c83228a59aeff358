import { fork } from 'node:child_process'
import { join } from 'node:path'

/** What a program of bench/programs sends. */
export type ProgramMessage<Result> = { event: 'measuring' } | { event: 'done'; result: Result }

/**
 * Runs a program of bench/programs in a process of its own, so that it shares no event loop
 * with anything else.
 *
 * @param onMeasuring called when its measured window begins
 * @returns what it reports at its end
 */
export async function runProgram<Result>(
  name: string,
  input: object,
  signal: AbortSignal,
  onMeasuring: () => void = () => undefined,
): Promise<Result> {
  signal.throwIfAborted()
  const child = fork(join(import.meta.dirname, 'programs', `${name}.ts`), {
    stdio: 'inherit',
    detached: true,
    serialization: 'advanced',
  })
  const stop = (): unknown => child.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await new Promise<Result>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, killedBy) => reject(new Error(`bench/programs/${name} ended: ${code ?? killedBy}`)))
      child.on('message', (message: ProgramMessage<Result>) => {
        if (message.event === 'measuring') onMeasuring()
        else resolve(message.result)
      })
      child.send(input)
    })
  } finally {
    signal.removeEventListener('abort', stop)
    child.kill()
  }
}
