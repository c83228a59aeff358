-- Of the function that calls it: within `security definer` the owner is the current user, whoever
-- called is the session's.
create or replace function sluice.note_action(action text, target text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if session_user <> current_user and not pg_has_role(session_user, current_user, 'member') then
    insert into sluice.audit (tenant, actor, address, action, target, detail)
    values ('default', session_user, coalesce(host(inet_client_addr()), 'local'), note_action.action,
      note_action.target, '{}');
  end if;
end
$$;
comment on function sluice.note_action(text, text) is
  'Keeps in sluice.audit what somebody did from psql, under the name of their login; not what the owner of the schema does, as servers and workers are.';
