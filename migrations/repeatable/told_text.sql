create or replace function sluice.told_text(said text, sqlstate text) returns text
language sql immutable as $$
  select left(
    case when sqlstate ~ '^(22|23|P0)'
      then regexp_replace(left(said, 10000), '["''«»„“”‘’‹›「].*["''«»“”‘’‹›」]', '(hidden)')
      else said end,
    2000)
$$;
comment on function sluice.told_text(text, text) is
  'A text of an error with this SQLSTATE, without the values that it may quote, cut to 2000 characters. Part of told_error().';
