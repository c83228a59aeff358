-- What most queries have is not worth an entry in an index: where most have it, such a query is found
-- within few rows, and each entry is written for every query. Built before the old ones go, so that
-- lists are not locked out meanwhile.
create index history_unusual_state on sluice.history (state, query_id) where state <> 'succeeded';
create index history_unusual_lane on sluice.history (lane, query_id) where lane <> 'default';
create index history_unusual_source on sluice.history (source, query_id) where source <> 'default';
drop index sluice.history_state, sluice.history_lane, sluice.history_source;
alter index sluice.history_unusual_state rename to history_state;
alter index sluice.history_unusual_lane rename to history_lane;
alter index sluice.history_unusual_source rename to history_source;
