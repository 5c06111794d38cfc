-- New tables only: nothing of the release before reads them.

-- The description of an item: catalogue's, copied by one consumer and made again by a republish.
create table item (
  id uuid primary key,
  version bigint not null,
  library_id text not null,
  record_id uuid not null,
  barcode text not null,
  call_number text not null,
  location text not null,
  item_type text not null,
  for_loan boolean not null,
  withdrawn boolean not null,
  title text not null,
  author text not null
);
-- Not unique: a library may give a withdrawn item's barcode to another one.
create index item_by_barcode on item (barcode, library_id);
create index items_of_record on item (record_id);

-- Where an item is and whether it can be had: circulation's own, with a version of its own.
create table item_state (
  item_id uuid primary key,
  version bigint not null default next_version(0),
  library_id text not null,
  state text not null check (
    state in ('AVAILABLE', 'ON_LOAN', 'IN_TRANSIT', 'ON_HOLD_SHELF', 'NOT_FOR_LOAN', 'WITHDRAWN')),
  -- Whose hands it is in or on its way to; null when at home.
  at_library_id text,
  at_branch_id uuid,
  due_at timestamptz(3),
  -- When it was last lent or returned: among equal copies the one that rested longest is taken.
  last_used_at timestamptz(3),
  -- It was looked for on its shelf and not found: until then it is not chosen for a hold.
  not_found_until timestamptz(3),
  constraint out_of_its_house_means_somewhere check (
    (state in ('IN_TRANSIT', 'ON_HOLD_SHELF', 'ON_LOAN')) = (at_library_id is not null)),
  constraint only_a_loan_is_due check ((state = 'ON_LOAN') = (due_at is not null))
);
create index item_states_of_library on item_state (library_id, item_id);
alter table item_state enable row level security;
alter table item_state force row level security;
create policy its_owner_and_its_holder on item_state using (
  library_id = actor_library() or at_library_id = actor_library() or actor_is_service());
