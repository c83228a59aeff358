-- With the aggregate over it, which views need when they are made.
create or replace function sluice.add_counts(a bigint[], b bigint[]) returns bigint[]
language sql immutable parallel safe as $$
  select coalesce(array_agg(coalesce(x, 0) + coalesce(y, 0) order by n), '{}')
  from unnest(a, b) with ordinality as each (x, y, n)
$$;
comment on function sluice.add_counts(bigint[], bigint[]) is 'The sum of two histograms, whose lengths may differ.';
create or replace aggregate sluice.sum_counts(bigint[]) (sfunc = sluice.add_counts, stype = bigint[], initcond = '{}');
comment on aggregate sluice.sum_counts(bigint[]) is 'The sum of histograms, whose lengths may differ.';
