create or replace function sluice.iso_time(at timestamptz) returns text
language sql stable parallel safe as $$
  select to_char(iso_time.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
comment on function sluice.iso_time(timestamptz) is 'A time as the API writes it: ISO 8601, UTC, milliseconds.';
