-- Lists by any filter are fast with any history: for each filter an index that gives its
-- queries newest first. They are written with the statistics, not with the queries.

drop index sluice.history_not_succeeded;
create index history_state on sluice.history (state, query_id);
create index history_lane on sluice.history (lane, query_id);
create index history_tenant on sluice.history (tenant, query_id);
create index history_source on sluice.history (source, query_id);
create index history_worker on sluice.history (worker_id, query_id) where worker_id is not null;
create index history_code on sluice.history (code, query_id) where code is not null;

create table sluice.history_labels (
  label bigint not null,
  query_id uuid not null,
  primary key (label, query_id)
);
comment on table sluice.history_labels is 'The labels of the queries in sluice.history.';
comment on column sluice.history_labels.label is 'hashtextextended(name || '':'' || value, 0).';
comment on column sluice.history_labels.query_id is 'The query.';
create index history_labels_query on sluice.history_labels (query_id);
insert into sluice.history_labels
select distinct hashtextextended(label.key || ':' || label.value, 0), history.query_id
from sluice.history
join sluice.queries on queries.id = history.query_id
cross join lateral jsonb_each_text(queries.labels) label
where queries.labels <> '{}';
