-- New tables only: nothing of the release before reads them.

-- The rules of a library for a category of patrons and a type of items, `*` for all. Rules are never changed, only
-- followed by others: a loan keeps those it began under.
create table policy (
  id uuid primary key default uuidv7(),
  library_id text not null,
  category text not null,
  item_type text not null,
  loan_limit int not null check (loan_limit between 0 and 1000),
  loan_days int not null check (loan_days between 0 and 366),
  renewals int not null check (renewals between 0 and 50),
  hold_limit int not null check (hold_limit between 0 and 1000),
  for_loan boolean not null,
  shelf_days int not null check (shelf_days between 1 and 60),
  begun_at timestamptz(3) not null default now(),
  ended_at timestamptz(3)
);
create unique index one_rule_in_force_per_key on policy (library_id, category, item_type) where ended_at is null;
alter table policy enable row level security;
alter table policy force row level security;
create policy its_library on policy using (library_id = actor_library() or actor_is_service());

-- Days of the week on which a branch is closed, 1 Monday to 7 Sunday. A branch without rows is open every day.
create table closed_weekday (
  branch_id uuid not null,
  library_id text not null,
  weekday smallint not null check (weekday between 1 and 7),
  primary key (branch_id, weekday)
);
-- Single closed days: holidays, stock-taking, floods.
create table closed_day (
  branch_id uuid not null,
  library_id text not null,
  day date not null,
  primary key (branch_id, day)
);
-- Opening days hang on the door of the house: everybody reads them, the library writes them.
alter table closed_weekday enable row level security;
alter table closed_weekday force row level security;
create policy everybody_reads on closed_weekday for select using (true);
create policy its_library_writes on closed_weekday using (library_id = actor_library() or actor_is_service());
alter table closed_day enable row level security;
alter table closed_day force row level security;
create policy everybody_reads on closed_day for select using (true);
create policy its_library_writes on closed_day using (library_id = actor_library() or actor_is_service());
