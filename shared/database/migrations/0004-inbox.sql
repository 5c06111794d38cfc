-- What a consumer has applied: an event's effect happens once, in the transaction of this row.
create table inbox (
  consumer text not null,
  event_id uuid not null,
  aggregate text not null,
  version bigint not null,
  body_hash bytea not null,
  at timestamptz(3) not null default now(),
  primary key (consumer, event_id)
);
create index inbox_by_age on inbox (at);

-- Events that failed again and again, set aside with their reason so that the others go on. They can be replayed.
create table dead_letter (
  id uuid primary key default uuidv7(),
  consumer text not null,
  event_id uuid,
  subject text not null,
  headers jsonb not null,
  payload bytea not null,
  error text not null,
  at timestamptz(3) not null default now(),
  replayed_at timestamptz(3)
);
