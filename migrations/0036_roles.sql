-- Roles belong to the whole cluster: another installation may have made them. Where this role
-- may not make roles, an administrator does; see docs/psql.md. grant_roles() gives them their rights.
do $$
declare
  role text;
begin
  foreach role in array array['sluice_reader', 'sluice_operator'] loop
    begin
      if to_regrole(role) is null then
        execute format('create role %I nologin', role);
      end if;
    exception
      when insufficient_privilege then
        raise notice 'The role % could not be created (%). See docs/psql.md.', role, sqlerrm;
      when duplicate_object or unique_violation then
        null;
    end;
  end loop;
end
$$;
