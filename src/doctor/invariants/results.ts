import { recentQueries, sqlCheck, type Check } from '../check.ts'

const advice =
  'The result cannot be trusted. Submit the query again; keep the rows of sluice.results and sluice.chunks.'

/** Results that are still served; its first parameter is `since`. */
export const keptResults = `
  sluice.results join ${recentQueries} queries on queries.id = results.query_id and results.expires_at > now()`

/** Invariant 3: succeeded means that every chunk is there, contiguous, and matches its checksum. */
export const results: Check[] = [
  sqlCheck(
    {
      name: 'succeeded_has_result',
      invariant: 3,
      level: 'error',
      holds: 'Every query that succeeded has a complete result until its time to live is over.',
      advice,
    },
    `
    select id as subject, case when query_id is null then 'has no result' else 'has a result that is not complete' end as detail
    from ${recentQueries} queries left join sluice.results on query_id = id
    where state = 'succeeded' and finished_at + make_interval(secs => ttl_seconds) > now() and complete is not true`,
    ({ since }) => [since],
  ),
  sqlCheck(
    {
      name: 'chunks_are_contiguous',
      invariant: 3,
      level: 'error',
      holds:
        'The chunks of a result are numbered without gaps, and their rows and bytes add up to what the manifest says.',
      advice,
    },
    `
    select query_id as subject, format(
      'manifest: %s chunks, %s rows, %s bytes, %s stored; chunks: %s with %s rows, %s bytes, %s stored%s',
      chunks, rows, raw_bytes, stored_bytes, stored.chunks_found, stored.rows_found, stored.raw_found, stored.stored_found,
      case when in_order then '' else ', not in order' end) as detail
    from (
      select results.query_id, results.token, results.chunks, results.rows, results.raw_bytes, results.stored_bytes,
        results.expires_on
      from ${keptResults}
      where results.inline_chunk is null
    ) kept
    cross join lateral (
      select count(*) as chunks_found, coalesce(sum(c.rows), 0) as rows_found, coalesce(sum(c.raw_bytes), 0) as raw_found,
        coalesce(sum(c.stored), 0) as stored_found, coalesce(bool_and(c.n = c.place and c.first_row = c.rows_before), true)
        as in_order
      from (
        select n, first_row, chunks.rows, chunks.raw_bytes, coalesce(chunks.stored_bytes, octet_length(data)) as stored,
          row_number() over (order by n) - 1 as place,
          sum(chunks.rows) over (order by n) - chunks.rows as rows_before
        from sluice.chunks
        where chunks.expires_on = kept.expires_on and chunks.query_id = kept.query_id and chunks.token = kept.token
      ) c
    ) stored
    where (chunks, rows, raw_bytes, stored_bytes) is distinct from (chunks_found, rows_found, raw_found, stored_found)
      or not in_order
    union all
    select results.query_id, format('manifest: %s bytes stored; its inline chunk has %s', stored_bytes, octet_length(inline_chunk))
    from ${keptResults}
    where inline_chunk is not null and (stored_bytes <> octet_length(inline_chunk) or chunks <> 1)`,
    ({ since }) => [since],
  ),
]

/** Reads every chunk, so it is asked for. */
export const checksums: Check = sqlCheck(
  {
    name: 'chunks_match_checksums',
    invariant: 3,
    level: 'error',
    holds: 'Every chunk of a result that is kept matches its checksum.',
    advice,
  },
  `
  select results.query_id as subject, format('chunk %s does not match its checksum', n) as detail
  from ${keptResults}
  join sluice.chunks on chunks.expires_on = results.expires_on and chunks.query_id = results.query_id
    and chunks.token = results.token
  where crc32(data) <> checksum
  union all
  select results.query_id, 'chunk 0 (inline) does not match its checksum'
  from ${keptResults}
  where inline_chunk is not null and crc32(inline_chunk) <> inline_checksum`,
  ({ since }) => [since],
)
