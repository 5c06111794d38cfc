-- The first tables: nothing runs beside this migration yet.

-- Lets one constraint compare words for equality and ranges for overlap.
create extension if not exists btree_gist;

-- Facts of libraries begin and end on civil dates of Vietnam, not of UTC.
create function civil_today() returns date language sql stable
  return (now() at time zone 'Asia/Ho_Chi_Minh')::date;

-- The registry is written by the ministry's agency. A command that has checked the role says so for its own transaction;
-- one that forgets to check writes nothing.
create function actor_is_ministry() returns boolean language sql stable parallel safe
  return coalesce(current_setting('lt.ministry', true), '') = 'yes';

create table library (
  id text primary key check (id ~ '^VN-[0-9A-Z]{7}$'),
  version bigint not null default next_version(0),
  founded date not null,
  -- The day as of which the others were last told what this library is.
  told_on date not null default civil_today()
);

-- What is true of a library from one day until another. A correction voids a fact and keeps it.
create table library_fact (
  id uuid primary key default uuidv7(),
  library_id text not null references library,
  attribute text not null,
  value text not null check (length(value) between 1 and 500),
  valid daterange not null check (not isempty(valid) and not lower_inf(valid)),
  source text not null check (length(source) <= 300),
  entered_by text not null,
  entered_at timestamptz(3) not null default now(),
  voided_at timestamptz(3),
  constraint facts_of_one_attribute_do_not_overlap
    exclude using gist (library_id with =, attribute with =, valid with &&) where (voided_at is null)
);
create index fact_by_value on library_fact (attribute, value) where voided_at is null;
create index fact_by_first_day on library_fact (lower(valid)) where voided_at is null;

-- A code that somebody else gave a library. Any day it leads to one library only.
create table library_alt_id (
  id uuid primary key default uuidv7(),
  library_id text not null references library,
  scheme text not null check (scheme ~ '^[a-z0-9-]{1,30}$'),
  value text not null check (length(value) between 1 and 60),
  valid daterange not null check (not isempty(valid)),
  constraint an_outside_code_leads_to_one_library
    exclude using gist (scheme with =, value with =, valid with &&)
);
create index alt_id_by_library on library_alt_id (library_id);
create index alt_id_by_value on library_alt_id (value);

create table branch (
  id uuid primary key default uuidv7(),
  version bigint not null default next_version(0),
  library_id text not null references library,
  name text not null check (length(name) between 1 and 200),
  province text not null,
  commune text not null,
  address text not null,
  pickup boolean not null,
  active boolean not null default true
);
create index branch_by_library on branch (library_id, id);

-- Where a reader meets the library: loans and holds name these.
create table service_point (
  id uuid primary key default uuidv7(),
  library_id text not null references library,
  branch_id uuid not null references branch,
  name text not null,
  kind text not null check (kind in ('DESK', 'READING_ROOM', 'LOCKER', 'BOOKMOBILE_STOP'))
);
create index service_point_by_branch on service_point (branch_id, id);

-- The registry is public. It is written for the ministry, by the service's own jobs, and a branch by its own library.
alter table library enable row level security;
alter table library force row level security;
create policy everybody_reads on library for select using (true);
create policy the_ministry_writes on library using (actor_is_ministry() or actor_is_service());

alter table library_fact enable row level security;
alter table library_fact force row level security;
create policy everybody_reads on library_fact for select using (true);
create policy the_ministry_writes on library_fact using (actor_is_ministry() or actor_is_service());

alter table library_alt_id enable row level security;
alter table library_alt_id force row level security;
create policy everybody_reads on library_alt_id for select using (true);
create policy the_ministry_writes on library_alt_id using (actor_is_ministry() or actor_is_service());

alter table branch enable row level security;
alter table branch force row level security;
create policy everybody_reads on branch for select using (true);
create policy its_library_writes on branch
  using (library_id = actor_library() or actor_is_ministry() or actor_is_service());

alter table service_point enable row level security;
alter table service_point force row level security;
create policy everybody_reads on service_point for select using (true);
create policy its_library_writes on service_point
  using (library_id = actor_library() or actor_is_ministry() or actor_is_service());
