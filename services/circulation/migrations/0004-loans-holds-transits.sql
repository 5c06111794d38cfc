-- New tables only: nothing of the release before reads them.

create table loan (
  id uuid primary key default uuidv7(),
  version bigint not null default next_version(0),
  -- The library that lent, and the one that owns the item: a reader collects anywhere.
  library_id text not null,
  owner_library_id text not null,
  branch_id uuid not null,
  item_id uuid not null,
  -- Cut 30 days after the return, together with the card.
  person_id uuid,
  card_id uuid,
  category text not null,
  -- The rules it began under, whatever the library sets later.
  policy_id uuid not null references policy,
  loan_days int not null,
  renewals_max int not null,
  lent_at timestamptz(3) not null default now(),
  due_at timestamptz(3) not null,
  renewals int not null default 0,
  returned_at timestamptz(3),
  constraint an_open_loan_has_its_reader check (person_id is not null or returned_at is not null)
);
-- The database, not the code, promises that an item is with one patron at a time.
create unique index one_open_loan_per_item on loan (item_id) where returned_at is null;
create index open_loans_of_person on loan (person_id, due_at) where returned_at is null;
create index loans_to_be_cut on loan (returned_at) where person_id is not null and returned_at is not null;
alter table loan enable row level security;
alter table loan force row level security;
create policy its_lender_its_owner_its_person on loan using (
  library_id = actor_library() or owner_library_id = actor_library() or person_id = actor_person()
  or actor_is_service());

-- A hold is for a title, but it remembers the record that the reader was shown: the title is found through the record, so
-- no hold is lost when titles merge or split. A hold that waits names its pick-up library alone, wherever copies of the
-- title are; once an item is chosen for it, the item's owner sees it too. Whoever works on the queue of a title as a whole
-- does so as the service.
create table hold (
  id uuid primary key default uuidv7(),
  version bigint not null default next_version(0),
  library_id text not null,
  pickup_branch_id uuid not null,
  person_id uuid not null,
  record_id uuid not null,
  -- What the reader was shown, for the day when nothing else tells it any more.
  shown_title text not null,
  state text not null default 'WAITING' check (
    state in ('WAITING', 'TARGETED', 'IN_TRANSIT', 'READY', 'FILLED', 'EXPIRED', 'CANCELLED', 'UNFILLABLE')),
  item_id uuid,
  owner_library_id text,
  shelf_days int not null,
  placed_at timestamptz(3) not null default now(),
  targeted_at timestamptz(3),
  ready_until timestamptz(3),
  ended_at timestamptz(3),
  constraint whoever_waits_has_no_item check (state <> 'WAITING' or item_id is null),
  constraint an_item_is_chosen check (state not in ('TARGETED', 'IN_TRANSIT', 'READY') or item_id is not null),
  constraint ready_has_an_end check (state <> 'READY' or ready_until is not null),
  constraint over_is_over check (
    (state in ('FILLED', 'EXPIRED', 'CANCELLED', 'UNFILLABLE')) = (ended_at is not null))
);
create unique index one_live_hold_per_person_and_record on hold (person_id, record_id) where ended_at is null;
create unique index one_live_hold_per_item on hold (item_id) where ended_at is null and item_id is not null;
create index live_holds_of_record on hold (record_id, placed_at, id) where ended_at is null;
create index holds_of_person on hold (person_id, placed_at, id);
create index hold_shelf_of_library on hold (library_id, ready_until, id) where state = 'READY';
create index holds_by_the_clock on hold (ready_until) where state = 'READY';
create index targets_of_owner on hold (owner_library_id, targeted_at) where state = 'TARGETED';
create index holds_that_wait on hold (placed_at, id) where state = 'WAITING';
alter table hold enable row level security;
alter table hold force row level security;
create policy its_pickup_its_owner_its_person on hold using (
  library_id = actor_library() or owner_library_id = actor_library() or person_id = actor_person()
  or actor_is_service());

create table transit (
  id uuid primary key default uuidv7(),
  version bigint not null default next_version(0),
  library_id text not null,
  from_branch_id uuid not null,
  to_library_id text not null,
  to_branch_id uuid not null,
  owner_library_id text not null,
  item_id uuid not null,
  -- The hold it travels for; null on the way home.
  hold_id uuid references hold,
  sent_at timestamptz(3) not null default now(),
  arrived_at timestamptz(3)
);
create unique index one_open_transit_per_item on transit (item_id) where arrived_at is null;
create index transits_arriving on transit (to_library_id, sent_at, id) where arrived_at is null;
create index transits_leaving on transit (library_id, sent_at, id) where arrived_at is null;
alter table transit enable row level security;
alter table transit force row level security;
create policy its_sender_its_receiver_its_owner on transit using (
  library_id = actor_library() or to_library_id = actor_library() or owner_library_id = actor_library()
  or actor_is_service());

-- A description is seen by the item's owner and by whoever a state, loan, hold or transit of the item names: the inner
-- questions are narrowed by the policies above.
alter table item enable row level security;
alter table item force row level security;
create policy its_owner_and_whom_it_concerns on item using (
  library_id = actor_library() or actor_is_service()
  or exists (select from item_state where item_state.item_id = item.id)
  or exists (select from loan where loan.item_id = item.id and loan.returned_at is null)
  or exists (select from hold where hold.item_id = item.id and hold.ended_at is null)
  or exists (select from transit where transit.item_id = item.id and transit.arrived_at is null));
