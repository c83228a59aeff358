create or replace function sluice.uuid_v7() returns uuid
language sql volatile parallel safe as $$
  -- 48 bits of milliseconds, then the random bits of a version 4 UUID with the version set to 7.
  select encode(
    set_byte(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      6, (get_byte(uuid_send(gen_random_uuid()), 0) & 15) | 112),
    'hex')::uuid
$$;
comment on function sluice.uuid_v7() is 'A new UUID, version 7 (RFC 9562): ordered by time to the millisecond.';
