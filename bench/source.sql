-- What the bench reads: `lookup` for small queries, `facts`, `texts` and `integers` for large results.
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

-- 200,000 rows of about 1,000 bytes of text each.
create table texts (
  id integer not null,
  title text not null,
  body text not null,
  note text,
  tags text not null
);

insert into texts
select
  n,
  'Title ' || md5(n::text),
  repeat(md5(n::text) || ', "' || n || E'"\n', 12),
  case when n % 3 > 0 then repeat('Größe ', n % 60) end,
  array_to_string(array[md5((n % 100)::text), md5((n % 1000)::text)], ';')
from generate_series(1, 200000) n;

-- 3,000,000 rows of 18 bytes.
create table integers (
  id bigint not null,
  a integer not null,
  b integer,
  c smallint not null
);

insert into integers
select n, n % 100000, case when n % 20 > 0 then -n end, (n % 30000)::smallint
from generate_series(1, 3000000) n;

vacuum analyze lookup, facts, texts, integers;
