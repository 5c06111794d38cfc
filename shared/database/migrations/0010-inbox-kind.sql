-- Runs beside the previous release, which leaves the new column empty and tells no places. Where it sets an event aside a
-- second time, that waits until the newer release takes it. Building the index holds up what is heard: some seconds a
-- million events of the inbox, so let services of the previous release end first where it holds many.
-- Kind is service and aggregate of the event, as circulation.loan: versions rise by one within it.
alter table inbox add column kind text;
create index inbox_by_aggregate on inbox (aggregate, version);

-- The newest event that was applied of each stream, and where it lay. When another one lies there, the stream was rolled
-- back under its consumer, which would wait for places that are given out a second time.
create table heard_place (
  consumer text not null,
  stream text not null,
  sequence bigint not null,
  event_id uuid not null,
  primary key (consumer, stream)
);

-- Versions that a consumer has not heard although it heard a later one: counted until they come.
create table missed_event (
  kind text not null,
  aggregate text not null,
  version bigint not null,
  noticed_at timestamptz(3) not null default now(),
  primary key (kind, aggregate, version)
);

-- An event brought again after it was set aside is set aside once; of those set aside twice before, the older letter stays.
delete from dead_letter later using dead_letter first
where first.consumer = later.consumer and first.event_id = later.event_id and first.id < later.id
  and first.replayed_at is null and later.replayed_at is null;
create unique index one_letter_per_event on dead_letter (consumer, event_id) where replayed_at is null and event_id is not null;
