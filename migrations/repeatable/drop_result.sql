create or replace function sluice.drop_result(id uuid) returns void
language plpgsql as $$
declare
  gone sluice.results;
begin
  delete from sluice.results where results.query_id = drop_result.id returning * into gone;
  if not found then
    return;
  end if;
  -- With the day in the text the statement is planned for its partition alone.
  execute format('delete from sluice.chunks where query_id = $1 and expires_on = %L', gone.expires_on)
  using drop_result.id;
  delete from sluice.result_copies where result_copies.query_id = drop_result.id;
  if gone.bucket is not null then
    insert into sluice.dropped_objects (bucket, object_prefix) values (gone.bucket, gone.object_prefix)
    on conflict do nothing;
  end if;
end
$$;
comment on function sluice.drop_result(uuid) is 'Deletes the manifest and the chunks of a query''s result, finished or not.';
