-- A new table only: the previous release runs beside it and hears nothing of it.

-- Which titles readers waited for in vain, by the library where they wanted to collect them; a projection of circulation's
-- HoldUnfilled. It says nothing about who waited.
create table wish (
  hold_id uuid primary key,
  library_id text not null,
  title_id text not null,
  title text not null,
  author text not null,
  at timestamptz(3) not null default now()
);
create index wish_of_library on wish (library_id, at);
alter table wish enable row level security;
alter table wish force row level security;
create policy its_library on wish using (library_id = actor_library() or actor_is_service());
