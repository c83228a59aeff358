-- The end of an attempt. Only that counts which is the last: a sender that was thought dead,
-- and comes back, changes nothing that another has settled.
create or replace function sluice.note_delivery(
  in_delivery uuid, in_attempt integer, succeeded boolean, attempt_log jsonb, retry_seconds double precision default null,
  pause_seconds double precision default null, gone boolean default false)
returns text
language plpgsql as $$
declare
  settled text;
  receiver sluice.webhooks;
begin
  update sluice.deliveries
  set state = case when succeeded then 'delivered' when retry_seconds is null then 'failed' else 'pending' end,
      next_attempt_at = case when not succeeded then clock_timestamp() + make_interval(secs => retry_seconds) end,
      finished_at = case when succeeded or retry_seconds is null then clock_timestamp() end,
      log = log || attempt_log
  where id = in_delivery and attempts = in_attempt and state = 'pending'
  returning state into settled;
  if not found then
    return null;
  end if;

  update sluice.webhooks
  set last_success_at = case when succeeded then clock_timestamp() else last_success_at end,
      failing_since = case when not succeeded then coalesce(failing_since, clock_timestamp()) end,
      failing_anew_since = case when not succeeded then
        case when last_failure_at > clock_timestamp() - interval '2 days' then failing_anew_since
          else clock_timestamp() end end,
      last_failure_at = case when not succeeded then clock_timestamp() end,
      -- Calls end in any order: what one was asked for holds, whatever another was answered.
      not_before = greatest(
        case when not_before > clock_timestamp() then not_before end,
        case when not succeeded then clock_timestamp() + make_interval(secs => pause_seconds) end)
  where name = (select webhook from sluice.deliveries where id = in_delivery)
    -- Most deliveries go well after one that went well: once a minute is enough to show that.
    and not (succeeded and failing_since is null and not_before is null
      and coalesce(last_success_at > clock_timestamp() - interval '1 minute', false))
  returning * into receiver;
  if not succeeded and receiver.enabled
    and (gone
      or receiver.failing_since < clock_timestamp() - make_interval(secs => receiver.disable_after_seconds)
      -- One failure long after the others is not enough.
      and receiver.failing_anew_since <=
        clock_timestamp() - make_interval(secs => least(receiver.disable_after_seconds, 43200)))
  then
    update sluice.webhooks
    set enabled = false, disabled_at = clock_timestamp(),
        disabled_reason = case when gone then 'It answered 410 Gone.'
          else format('Every attempt since %s failed.', sluice.iso_time(failing_since)) end
    where name = receiver.name;
    return 'disabled';
  end if;
  return settled;
end
$$;
comment on function sluice.note_delivery(uuid, integer, boolean, jsonb, double precision, double precision, boolean) is
  'Notes how an attempt went: taken; to be tried again after retry_seconds; or given up. pause_seconds: the webhook is left alone for so long; gone: it is disabled. Returns the state reached, disabled if that disabled the webhook, null if another sender had settled it.';
