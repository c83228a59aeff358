-- What a list of schedules can always show, and how often a scheduled query is tried.

update sluice.schedules set interval_seconds = 315360000 where interval_seconds > 315360000;
update sluice.schedules
set labels = (select coalesce(jsonb_object_agg(key, coalesce(value, '')), '{}') from jsonb_each_text(labels))
where labels @? 'strict $.* ? (@.type() != "string")';
update sluice.schedules
set webhooks = array(select named from unnest(webhooks) named where named is not null)
where array_ndims(webhooks) > 1 or exists (select from unnest(webhooks) named where named is null);

alter table sluice.schedules
  add constraint schedules_interval_at_most check (interval_seconds <= 315360000),
  add constraint schedules_labels_are_texts check (not (labels @? 'strict $.* ? (@.type() != "string")')),
  add constraint schedules_webhooks_are_names check (
    case when array_ndims(webhooks) > 1 then false else array_position(webhooks, null) is null end),
  add column max_attempts integer check (max_attempts between 1 and 100);
comment on column sluice.schedules.max_attempts is
  'Attempts of each query in all, if errors that may pass end the others; null: one.';
