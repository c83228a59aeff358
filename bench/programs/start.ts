import type { ProgramMessage } from '../program.ts'

/**
 * Runs a program on the input that the bench sends, and sends back what it returns.
 *
 * @param program gets the input, and a function to call when its measured window begins
 */
export function startProgram(program: (input: unknown, measuring: () => void) => Promise<object>): void {
  const send = (message: ProgramMessage<object>): void => {
    process.send!(message)
  }
  process.once('message', (input) => {
    program(input, () => send({ event: 'measuring' })).then(
      (result) => send({ event: 'done', result }),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
  // Without the bench there is nobody to report to.
  process.once('disconnect', () => process.exit())
}
