create or replace function sluice.told_text(said text, sqlstate text) returns text
language sql immutable as $$
  select left(
    case
      when sqlstate is null or sqlstate !~ '^(22|23|P0)' then said
      when said ~ '["''«»„“”‘’‹›「」].*["''«»“”‘’‹›」]'
        then regexp_replace(said, '["''«»„“”‘’‹›「」].*["''«»“”‘’‹›」]', '(hidden)')
      -- A mark that nothing closes.
      else regexp_replace(said, '["''«»„“”‘’‹›「」].*$', '(hidden)')
    end,
    2000)
$$;
comment on function sluice.told_text(text, text) is
  'A text of an error with this SQLSTATE, without the values that it may quote, cut to 2000 characters. Part of told_error().';
