import { styleText } from 'node:util'

/** Colours that the commands use. */
export type Format = Parameters<typeof styleText>[0]

/** Text in a colour, if the stream is a terminal and NO_COLOR is not set. */
export function styled(format: Format, text: string, stream: NodeJS.WriteStream): string {
  return styleText(format, text, { stream })
}
