-- New tables only: nothing runs beside this migration.

-- Items as their libraries describe them. Where one is and whether it can be had belongs to circulation.
create table item (
  id uuid primary key default uuidv7(),
  version bigint not null default next_version(0),
  library_id text not null,
  record_id uuid not null references record,
  title_id text not null,
  barcode text not null check (length(barcode) between 1 and 100),
  call_number text not null,
  location text not null,
  item_type text not null,
  for_loan boolean not null,
  withdrawn boolean not null default false,
  title text not null,
  author text not null
);
-- A barcode means one item in its library; other libraries may use it too.
create unique index one_item_per_barcode on item (library_id, barcode);
create index item_of_record on item (record_id);
create index item_of_title on item (title_id);
create index item_of_library on item (library_id, id);
alter table item enable row level security;
alter table item force row level security;
create policy everybody_reads on item for select using (true);
create policy titles_are_formed on item using (actor_forms_titles());

-- What circulation last said of an item: a projection, written by one consumer and rebuilt by a republish.
create table item_state (
  item_id uuid primary key,
  version bigint not null,
  library_id text not null,
  state text not null,
  due_at timestamptz(3),
  heard_at timestamptz(3) not null default now()
);
alter table item_state enable row level security;
alter table item_state force row level security;
create policy everybody_reads on item_state for select using (true);
create policy the_service_writes on item_state using (actor_is_service());
