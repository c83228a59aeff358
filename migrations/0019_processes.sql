-- Worker processes under a supervisor, and why one drains.

alter table sluice.workers add column supervisor_pid integer, add column drain_reason text;
comment on column sluice.workers.supervisor_pid is
  'Process on the same host that started it and starts another when it ends; null: it was started by itself.';
comment on column sluice.workers.drain_reason is 'Why it claims no more, in words; null: it does not drain.';
