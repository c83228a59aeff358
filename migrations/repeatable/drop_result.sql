create or replace function sluice.drop_result(id uuid) returns void
language plpgsql as $$
declare
  day date;
begin
  delete from sluice.results where results.query_id = drop_result.id returning expires_on into day;
  if found then
    delete from sluice.chunks where chunks.query_id = drop_result.id and chunks.expires_on = day;
  end if;
end
$$;
comment on function sluice.drop_result(uuid) is 'Deletes the manifest and the chunks of a query''s result, finished or not.';
