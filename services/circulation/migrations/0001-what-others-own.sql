-- The first tables: nothing runs beside this migration yet.
-- All of them are projections: each is written by one consumer and made again by a republish of its owner.

create table library (
  id text primary key,
  version bigint not null,
  name text not null,
  province text not null,
  active boolean not null
);

-- Branches are a public directory: every reader chooses among all of them where to collect.
create table branch (
  id uuid primary key,
  version bigint not null,
  library_id text not null,
  name text not null,
  province text not null,
  commune text not null,
  pickup boolean not null,
  active boolean not null
);
create index branch_of_library on branch (library_id, id);
alter table branch enable row level security;
alter table branch force row level security;
create policy everybody_reads on branch for select using (true);
create policy the_service_writes on branch using (actor_is_service());

-- What a card makes of a person at a library; the id is the card's. A person may hold cards of several libraries.
create table patron (
  id uuid primary key,
  version bigint not null,
  library_id text not null,
  person_id uuid not null,
  category text not null,
  state text not null check (state in ('ACTIVE', 'BLOCKED', 'VOID')),
  loa smallint not null
);
create index cards_of_person on patron (person_id);
alter table patron enable row level security;
alter table patron force row level security;
create policy its_library_and_its_person on patron using (
  library_id = actor_library() or person_id = actor_person() or actor_is_service());

-- Which title a record belongs to now. Titles merge and split; records stay.
create table record (
  id uuid primary key,
  version bigint not null,
  title_id text
);
create index records_of_title on record (title_id, id);

create table title (
  id text primary key,
  version bigint not null,
  title text not null,
  author text not null,
  gone boolean not null
);
