-- Rows of these tables live for moments, so the dead ones are cleared away while they are few. The
-- end of a table is never given back: that would lock out claims, for pages that are wanted again at once.
alter table sluice.queue set (autovacuum_vacuum_threshold = 200, vacuum_truncate = false);
alter table sluice.leases set (autovacuum_vacuum_threshold = 200, vacuum_truncate = false);
