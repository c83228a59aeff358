-- Several control databases may share a bucket: each keeps to its own keys, and cleans up there alone.
create table sluice.installation (
  id uuid primary key default gen_random_uuid(),
  created_at timestamptz not null default now()
);
create unique index installation_is_one on sluice.installation ((true));
comment on table sluice.installation is 'One row: this control database.';
comment on column sluice.installation.id is 'Stands in the keys of its objects in S3.';
comment on column sluice.installation.created_at is 'When it was made.';
insert into sluice.installation default values;
