-- Who is told need not be one who may see the rows. Messages of these classes, data exceptions, broken
-- constraints and raised errors, may quote values, in the quotation marks of the source's language; a
-- value may hold such marks itself, so all between the first and the last goes.
create or replace function sluice.told_error(error jsonb) returns jsonb
language sql immutable as $$
  select error || jsonb_strip_nulls(jsonb_build_object(
    'message', sluice.told_text(error ->> 'message', error ->> 'sqlstate'),
    'hint', sluice.told_text(error ->> 'hint', error ->> 'sqlstate')))
$$;
comment on function sluice.told_error(jsonb) is
  'The error of a query as webhooks are told it: without the values that its message and hint may quote, each cut to 2000 characters.';
