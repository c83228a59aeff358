-- What most queries have is not worth an entry in an index: to find such a query takes few rows
-- without it, and each entry is written for every query.
drop index sluice.history_state;
create index history_state on sluice.history (state, query_id) where state <> 'succeeded';
drop index sluice.history_lane;
create index history_lane on sluice.history (lane, query_id) where lane <> 'default';
drop index sluice.history_source;
create index history_source on sluice.history (source, query_id) where source <> 'default';
