-- Runs beside the previous release. How far a republish has come: a kill costs one page, not all that was told before it.
create table republish_progress (
  run text primary key,
  event_type text not null,
  after text not null,
  at timestamptz(3) not null default now()
);
