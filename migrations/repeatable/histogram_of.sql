create or replace function sluice.histogram_of(milliseconds double precision[]) returns bigint[]
language plpgsql immutable parallel safe as $$
declare
  bounds constant double precision[] := sluice.histogram_bounds();
  counts bigint[] := array_fill(0::bigint, array[cardinality(bounds) + 1]);
  bucket integer;
  highest integer := 0;
  value double precision;
begin
  foreach value in array coalesce(milliseconds, '{}') loop
    if value is not null then
      bucket := 1 + width_bucket(value, bounds);
      counts[bucket] := counts[bucket] + 1;
      highest := greatest(highest, bucket);
    end if;
  end loop;
  return counts[1:highest];
end
$$;
comment on function sluice.histogram_of(double precision[]) is 'Counts durations by the bounds of histogram_bounds(); nulls are left out.';
