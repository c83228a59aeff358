alter table sluice.sources add column prepared_statements boolean not null default true;
comment on column sluice.sources.prepared_statements is
  'False: a pooler such as PgBouncer is between, and nothing is kept in its sessions. True: sessions are Sluice''s own.';
