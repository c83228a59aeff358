create or replace function sluice.result_rows(id uuid) returns setof jsonb
language plpgsql stable as $$
declare
  copied sluice.result_copies;
  names text[];
  total bigint;
begin
  select result_copies.* into copied
  from sluice.result_copies join sluice.results using (query_id, token)
  where query_id = result_rows.id and results.expires_at > now();
  if not found then
    raise exception 'The rows of query % are not here.', result_rows.id using
      errcode = 'SLUIC', hint = format('First: call sluice.fetch_rows(%L);', result_rows.id);
  end if;
  select results.rows,
    -- A name that comes again is numbered: an object has each once.
    (select array_agg(
        case when seen.before = 0 then seen.name else seen.name || '_' || (seen.before + 1) end order by seen.place)
     from (
       select place, each ->> 'name' as name,
         count(*) over (partition by each ->> 'name' order by place) - 1 as before
       from jsonb_array_elements(results.columns) with ordinality as listed (each, place)
     ) seen)
  into total, names
  from sluice.results where query_id = result_rows.id;
  if not copied.complete then
    raise warning 'These are the first % of % rows. The rest: sluice result %', jsonb_array_length(copied.rows), total, result_rows.id;
  end if;
  return query
  select (
    select coalesce(jsonb_object_agg(names[place], value), '{}')
    from jsonb_array_elements(one) with ordinality as cells (value, place))
  from jsonb_array_elements(copied.rows) with ordinality as listed (one, n)
  order by n;
end
$$;
comment on function sluice.result_rows(uuid) is
  'Rows of a result as objects by column name, once fetch_rows() has fetched them; warns if there are more. Values have the JSON form of the API: int8 and numeric are strings.';
