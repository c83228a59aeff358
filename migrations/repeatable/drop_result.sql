create or replace function sluice.drop_result(id uuid) returns void
language plpgsql as $$
declare
  day date;
begin
  delete from sluice.results where results.query_id = drop_result.id returning expires_on into day;
  if found then
    -- With the day in the text the statement is planned for its partition alone.
    execute format('delete from sluice.chunks where query_id = $1 and expires_on = %L', day) using drop_result.id;
  end if;
end
$$;
comment on function sluice.drop_result(uuid) is 'Deletes the manifest and the chunks of a query''s result, finished or not.';
