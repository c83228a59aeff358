-- Values of a fire become typed parameters of their own; nothing is ever pasted into a text.
create or replace function sluice.fire_params(
  params jsonb, schedule text, fire_at timestamptz, previous_fire_at timestamptz, time_zone text)
returns jsonb language sql stable as $$
  select coalesce(
    jsonb_agg(
      case jsonb_typeof(param)
        when 'string' then coalesce(value.typed, param)
        when 'object' then
          case when param ? 'type' and value.typed is not null then param || jsonb_build_object('value', value.typed -> 'value')
          else param end
        else param
      end
      order by n),
    '[]')
  from jsonb_array_elements(fire_params.params) with ordinality each (param, n)
  cross join lateral (
    select case
      case jsonb_typeof(param) when 'string' then param #>> '{}' when 'object' then param ->> 'value' end
      when '{{fire_at}}' then
        jsonb_build_object('type', 'timestamptz', 'value', sluice.iso_time(fire_params.fire_at))
      when '{{previous_fire_at}}' then
        jsonb_build_object('type', 'timestamptz', 'value', sluice.iso_time(fire_params.previous_fire_at))
      when '{{fire_date}}' then
        jsonb_build_object('type', 'date', 'value', to_char(fire_params.fire_at at time zone fire_params.time_zone, 'YYYY-MM-DD'))
      when '{{schedule}}' then
        jsonb_build_object('type', 'text', 'value', fire_params.schedule)
    end as typed
  ) value
$$;
comment on function sluice.fire_params(jsonb, text, timestamptz, timestamptz, text) is
  'Parameters of a schedule with {{fire_at}}, {{previous_fire_at}}, {{fire_date}} (the day in its time zone) and {{schedule}} replaced by typed values.';
