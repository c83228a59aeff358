-- Its answer gets a column, which `create or replace` cannot add.
drop function if exists sluice.claim(uuid, text, integer, boolean);
