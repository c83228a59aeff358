import { toManifest, toSummary, type Manifest, type ManifestRow, type SummaryRow } from '../results/manifest.ts'
import type { Preview } from '../results/preview.ts'
import { publicColumns } from '../results/formats/publicColumns.ts'
import type { QueryDetails, QuerySummary } from './queryWaiters.ts'

/** The manifest that was read with a query, undefined if it has no result. */
export function manifestOf(query: QueryDetails): Manifest | undefined {
  return query.token === null ? undefined : toManifest(query as ManifestRow)
}

/** Why the first rows cannot be shown, by the code of the error that the result would be answered with. */
export type PreviewError = 'result_corrupt' | 'result_store_unavailable'

/** The query resource of the API as JSON text, without a preview unless one is given. */
export function queryJson(query: QuerySummary, preview?: Preview | PreviewError): string {
  const manifest = query.token === null ? undefined : toSummary(query as SummaryRow)
  const resource = {
    id: query.id,
    state: query.state,
    source: query.source,
    lane: query.lane,
    tenant: query.tenant,
    priority: query.priority,
    labels: query.labels,
    sql: query.sql,
    attempt: query.attempt,
    worker: query.worker_id,
    queue_position: query.queue_position,
    submitted_at: query.submitted_at,
    started_at: query.started_at,
    finished_at: query.finished_at,
    timings_ms: timings(query),
    progress: { rows: manifest?.rows ?? 0, bytes: manifest?.rawBytes ?? 0, chunks: manifest?.chunks ?? 0 },
    result: null as unknown,
    error: query.error,
    retry_of: query.retry_of,
    links: links(query.id),
  }
  if (manifest === undefined) return JSON.stringify(resource)
  const result = JSON.stringify({
    columns: publicColumns(manifest.columns),
    rows: manifest.rows,
    bytes: manifest.rawBytes,
    chunks: manifest.chunks,
    complete: manifest.complete,
    truncated: manifest.limitingFactor !== null,
    limiting_factor: manifest.limitingFactor,
    expires_at: manifest.expiresAt,
    reused_from: null,
  })
  // The rows of the preview are JSON already; parsing them to print them again would cost more than all the rest.
  const { result: _, ...rest } = resource
  const head = JSON.stringify(rest)
  return `${head.slice(0, -1)},"result":${result.slice(0, -1)}${previewMember(preview)}}}`
}

function previewMember(preview: Preview | PreviewError | undefined): string {
  if (preview === undefined) return ''
  if (typeof preview === 'string') return `,"preview_error":"${preview}"`
  return `,"preview":{"rows":${preview.rowsJson},"complete":${String(preview.complete)}}`
}

function timings(query: QuerySummary): Record<'queued' | 'running' | 'first_row', number | null> {
  const from = (start: Date | null, end: Date | null): number | null =>
    start === null || end === null ? null : Math.max(0, end.getTime() - start.getTime())
  return {
    queued: from(query.submitted_at, query.started_at),
    running: from(query.started_at, query.finished_at),
    first_row: from(query.started_at, query.first_row_at),
  }
}

function links(id: string): Record<'self' | 'result' | 'cancel', string> {
  const self = `/v1/queries/${id}`
  return { self, result: `${self}/result`, cancel: `${self}/cancel` }
}
