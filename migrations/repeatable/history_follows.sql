create or replace function sluice.history_follows() returns trigger
language plpgsql as $$
begin
  delete from sluice.history using gone where history.query_id = gone.id;
  delete from sluice.history_labels using gone where history_labels.query_id = gone.id;
  return null;
end
$$;
comment on function sluice.history_follows() is 'Trigger of sluice.queries: a query that is deleted leaves sluice.history.';
create or replace trigger history_follows after delete on sluice.queries
  referencing old table as gone for each statement execute function sluice.history_follows();
