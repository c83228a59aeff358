create or replace function sluice.histogram_quantile(counts bigint[], q double precision) returns double precision
language plpgsql immutable strict parallel safe as $$
declare
  bounds constant double precision[] := sluice.histogram_bounds();
  rank double precision := greatest(q * (select coalesce(sum(count), 0) from unnest(counts) count), 1);
  below bigint := 0;
  lower double precision;
begin
  for n in 1..cardinality(counts) loop
    if counts[n] > 0 and below + counts[n] >= rank then
      lower := coalesce(bounds[n - 1], 0);
      return lower + (coalesce(bounds[n], lower) - lower) * greatest(rank - below - 0.5, 0) / counts[n];
    end if;
    below := below + counts[n];
  end loop;
  return null;
end
$$;
comment on function sluice.histogram_quantile(bigint[], double precision) is
  'The duration in ms that the share q of a histogram does not exceed, taken as evenly spread within each bucket, of which it lies in the middle if it is alone; null if it is empty.';
