-- Events of committed changes that are not yet on the bus. Position is taken under the aggregate's row lock, without a
-- cache, so that one relay a shard sends the events of an aggregate in the order of their versions.
create table outbox (
  id uuid primary key default uuidv7(),
  pos bigint generated always as identity (cache 1),
  shard smallint not null check (shard between 0 and 15),
  subject text not null,
  aggregate text not null,
  version bigint not null check (version > 0),
  headers jsonb not null,
  payload bytea not null,
  republished boolean not null default false
);
create index outbox_in_order on outbox (shard, pos);
create unique index one_event_per_version on outbox (aggregate, subject, version) where not republished;

-- What was published, by day, for 28 days: a wiped or shortened stream is refilled from here.
create table outbox_archive (
  id uuid not null,
  pos bigint not null,
  shard smallint not null,
  subject text not null,
  aggregate text not null,
  version bigint not null,
  headers jsonb not null,
  payload bytea not null,
  republished boolean not null,
  published_at timestamptz(3) not null default now()
) partition by range (published_at);
create index outbox_archive_in_order on outbox_archive (shard, pos);
create index outbox_archive_by_aggregate on outbox_archive (aggregate, subject, version);
create index outbox_archive_by_id on outbox_archive (id);

-- Makes the archive's partitions for today and the next two days and drops those older than 28 days.
-- Runs with the owner's rights because the service's own role may not change tables.
create function turn_outbox_archive(today date default current_date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  day date;
  old record;
begin
  perform pg_advisory_xact_lock(hashtext('turn_outbox_archive'));
  for day in select generate_series(today - 1, today + 2, interval '1 day')::date loop
    execute format('create table if not exists %I partition of outbox_archive for values from (%L) to (%L)',
      'outbox_archive_' || to_char(day, 'YYYYMMDD'), day::timestamptz, (day + 1)::timestamptz);
  end loop;
  for old in select relid::regclass::text as name from pg_partition_tree('outbox_archive')
             where isleaf and relid::regclass::text < 'outbox_archive_' || to_char(today - 28, 'YYYYMMDD') loop
    execute format('drop table %I', old.name);
  end loop;
end $$;
select turn_outbox_archive();
