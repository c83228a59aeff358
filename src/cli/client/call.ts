/** Sends a request and reads its JSON answer. */
export type Call = <T>(method: string, path: string, options?: RequestOptions) => Promise<T>

/** What goes with a request. */
export interface RequestOptions {
  body?: unknown
  headers?: Record<string, string>
  waitSeconds?: number
  signal?: AbortSignal | undefined
  /** The body may take any time. */
  stream?: boolean
}

/** The values as a query string; undefined and null are left out. */
export function searchParams(values: Record<string, string | number | readonly string[] | null | undefined>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    for (const each of [value ?? []].flat()) parameters.append(name, String(each))
  }
  return parameters.toString()
}
