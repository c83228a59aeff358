create or replace aggregate sluice.sum_counts(bigint[]) (sfunc = sluice.add_counts, stype = bigint[], initcond = '{}');
comment on aggregate sluice.sum_counts(bigint[]) is 'The sum of histograms, whose lengths may differ.';
