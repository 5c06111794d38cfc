-- The first tables: nothing runs beside this migration yet.

-- What catalogue knows of the member libraries: a projection, written by one consumer and rebuilt by a republish.
create table library (
  id text primary key,
  version bigint not null,
  name text not null,
  province text not null,
  province_name text not null,
  active boolean not null
);
alter table library enable row level security;
alter table library force row level security;
create policy everybody_reads on library for select using (true);
create policy the_service_writes on library using (actor_is_service());

-- Which field of a library's records holds its items; without a row, the field that has barcodes.
create table item_profile (
  library_id text primary key,
  field text not null check (field in ('auto', '852', '952', '999'))
);
alter table item_profile enable row level security;
alter table item_profile force row level security;
create policy its_library on item_profile using (library_id = actor_library() or actor_is_service());
