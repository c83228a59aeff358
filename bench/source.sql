-- What the bench reads: `lookup` for small queries, `facts` for large results.
create table lookup (
  id integer primary key,
  name text not null,
  amount numeric(10, 2) not null,
  changed_at timestamptz not null
);

insert into lookup
select n, 'name ' || n, n % 10000 / 100.0, timestamptz '2025-01-01 00:00:00+00' + make_interval(secs => n)
from generate_series(1, 100000) n;

-- 1,000,000 rows of about 110 bytes each on the wire.
create table facts (
  id bigint not null,
  kind integer,
  measure double precision,
  amount numeric(12, 2),
  code text,
  label text not null,
  at timestamptz not null,
  day date,
  flag boolean,
  key uuid not null
);

insert into facts
select
  n,
  case when r1 > 0.05 then floor(r2 * 100000)::integer end,
  case when r2 > 0.05 then r1 * 1000 end,
  case when r3 > 0.05 then round((r1 * 1000000)::numeric, 2) end,
  case when r1 < 0.95 then (array['red', 'green', 'blue', 'black', 'white'])[1 + floor(r3 * 5)::integer] end,
  'label ' || lpad((r2 * 1000000000)::bigint::text, 14, '0'),
  timestamptz '2025-01-01 00:00:00+00' + make_interval(secs => n * 30 + r3),
  case when r2 < 0.95 then date '2020-01-01' + (n % 2000)::integer end,
  case when r3 < 0.95 then r1 < 0.5 end,
  md5(n::text)::uuid
from (select n, random() r1, random() r2, random() r3 from generate_series(1, 1000000) n) drawn;

vacuum analyze lookup, facts;
