create or replace function sluice.histogram_bounds() returns double precision[]
language sql immutable parallel safe as $$
  -- 1 ms to 25 days in steps of the square root of two; every second one is a power of two.
  select array_agg(power(2, step / 2.0) order by step) from generate_series(0, 62) step
$$;
comment on function sluice.histogram_bounds() is
  'Bounds between the buckets of every histogram in statistics tables, in ms. Bucket 1 holds what is below the first; trailing empty buckets are left out.';
