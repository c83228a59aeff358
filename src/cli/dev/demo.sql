-- The sample data of `sluice dev`: a year of a web shop's events.
create table events (
  id bigint not null,
  occurred_at timestamptz not null,
  user_id integer not null,
  session_id uuid not null,
  kind text not null,
  country char(2) not null,
  device text not null,
  amount numeric(10, 2),
  duration_ms double precision not null,
  is_member boolean not null,
  properties jsonb not null
);

-- The same rows everywhere, so that documents can show answers.
select setseed(0.5);
insert into events
select
  n,
  -- More by day than by night, more towards the end of the year.
  timestamptz '2025-01-01 00:00:00+00'
    + make_interval(secs => (power(n::double precision / 1000000, 0.8) * 364 * 86400)::bigint)
    + make_interval(secs => 43200 + 20000 * (r1 + r2 - 1) * 2),
  1 + floor(50000 * power(r3, 2))::integer,
  md5((n / 7)::text)::uuid,
  case when r4 < 0.62 then 'view' when r4 < 0.82 then 'search' when r4 < 0.92 then 'cart' when r4 < 0.97 then 'order' else 'refund' end,
  (array['DE', 'FR', 'GB', 'US', 'NL', 'ES', 'IT', 'PL', 'SE', 'CH'])[1 + floor(10 * power(r5, 1.7))::integer],
  case when r6 < 0.58 then 'phone' when r6 < 0.93 then 'desktop' else 'tablet' end,
  case when r4 >= 0.92 then round((5 + 400 * power(r2, 3))::numeric, 2) end,
  round((20 + 900 * power(r1, 4))::numeric, 3)::double precision,
  r3 < 0.2,
  jsonb_build_object('page', '/p/' || floor(5000 * power(r2, 3)), 'ab', (array['a', 'b'])[1 + (n % 2)::integer])
from (
  select n, random() r1, random() r2, random() r3, random() r4, random() r5, random() r6
  from generate_series(1, 1000000) n
) drawn;

alter table events add primary key (id);
create index on events (occurred_at);
comment on table events is 'Sample data: what visitors of a web shop did in 2025.';
analyze events;
