-- A service of nothing but counters, for the frame's own tests.
create table counter (
  id uuid primary key default uuidv7(),
  version bigint not null default next_version(0),
  library_id text not null,
  person_id uuid,
  value integer not null
);
alter table counter enable row level security;
alter table counter force row level security;
create policy named_by_the_row on counter
  using (library_id = actor_library() or person_id = actor_person() or actor_is_service());
