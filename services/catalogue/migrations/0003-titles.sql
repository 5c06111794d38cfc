-- New tables only: nothing runs beside this migration.

-- Which records are one title concerns all libraries at once. A command that has checked who may say so tells it to the
-- database for its own transaction; one that forgets to check changes no title.
create function actor_forms_titles() returns boolean language sql stable parallel safe
  return actor_is_service() or coalesce(current_setting('lt.titles', true), '') = 'yes';

-- A library's record of something it has. Catalogues are public; a record is written by the import of its library.
create table record (
  id uuid primary key default uuidv7(),
  version bigint not null default next_version(0),
  library_id text not null,
  control_number text not null check (length(control_number) between 1 and 200),
  source_key text not null generated always as (library_id || ':' || control_number) stored,
  -- The permanent name of this record among titles. A title is called by the alias of its first record.
  alias text not null,
  -- The title it belongs to; of a deleted record the last one.
  title_id text not null,
  deleted boolean not null default false,
  -- SHA-256 of the bytes as they came, and how they were read.
  hash bytea not null,
  encoding text not null,
  repairs jsonb not null,
  content jsonb not null,
  keys jsonb not null,
  described jsonb not null,
  -- 0 to 3, and 0 to 100 for choosing among equals.
  quality smallint not null,
  score smallint not null,
  changed_at timestamptz(3) not null default now()
);
create unique index one_record_per_control_number on record (library_id, control_number);
create unique index one_record_per_alias on record (alias);
create index record_of_title on record (title_id);
create index record_of_library on record (library_id, id);
alter table record enable row level security;
alter table record force row level security;
create policy everybody_reads on record for select using (true);
create policy titles_are_formed on record using (actor_forms_titles());

-- The bytes as they came, of every version of a record. Nothing is ever changed here.
create table source (
  id uuid primary key default uuidv7(),
  record_id uuid not null references record,
  library_id text not null,
  import_id uuid not null,
  seq bigint not null,
  bytes bytea not null,
  received_at timestamptz(3) not null default now()
);
create index source_of_record on source (record_id, id);
alter table source enable row level security;
alter table source force row level security;
create policy its_library on source using (library_id = actor_library() or actor_is_service());
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'what was received is never changed';
end $$;
create trigger source_is_immutable before update or delete on source for each row execute function refuse_change();

-- Hashes of the match keys: who shares one may be one title (unites), or a pair for people to compare. Two values with
-- one hash only widen what is looked at; the rule itself compares the values.
create table match_key (
  key bigint not null,
  record_id uuid not null references record,
  unites boolean not null,
  primary key (key, record_id)
);
create index match_key_of_record on match_key (record_id);

create table title (
  id text primary key,
  version bigint not null default next_version(0),
  -- Rises with everything that its search document shows; the document's external version.
  index_version bigint not null default next_version(0),
  presented jsonb not null,
  -- No record is left in it.
  gone boolean not null default false,
  changed_at timestamptz(3) not null default now()
);
alter table title enable row level security;
alter table title force row level security;
create policy everybody_reads on title for select using (true);
create policy titles_are_formed on title using (actor_forms_titles());

-- Titles whose search document is older than they are. Written in the transaction of the change.
create table title_to_index (
  title_id text primary key references title,
  version bigint not null,
  at timestamptz(3) not null default clock_timestamp(),
  tries int not null default 0
);
create index title_to_index_in_order on title_to_index (at);

-- The search indexes there are: the live one, and one that is being filled beside it.
create table search_index (
  name text primary key,
  state text not null check (state in ('FILLING', 'LIVE')),
  -- Hash of the mapping it was made with.
  mapping text not null,
  seen_at timestamptz(3) not null default now()
);
create unique index one_live_index on search_index (state) where state = 'LIVE';
create unique index one_filling_index on search_index (state) where state = 'FILLING';

-- What staff said of two records, for good; the latest word on a pair holds.
create table match_fact (
  id uuid primary key default uuidv7(),
  a uuid not null references record,
  b uuid not null references record,
  a_library text not null,
  b_library text not null,
  says text not null check (says in ('same', 'different')),
  reason text not null check (length(reason) <= 500),
  decided_by text not null,
  decided_at timestamptz(3) not null default clock_timestamp(),
  check (a < b)
);
create index match_fact_of_a on match_fact (a);
create index match_fact_of_b on match_fact (b);
alter table match_fact enable row level security;
alter table match_fact force row level security;
create policy its_libraries on match_fact
  using (actor_library() in (a_library, b_library) or actor_forms_titles());

-- Pairs of titles, each by its first record, that people should compare.
create table review_pair (
  id uuid primary key default uuidv7(),
  a uuid not null references record,
  b uuid not null references record,
  a_library text not null,
  b_library text not null,
  reason text not null,
  found_at timestamptz(3) not null default now(),
  unique (a, b)
);
create index review_pair_of_b on review_pair (b);
alter table review_pair enable row level security;
alter table review_pair force row level security;
create policy its_libraries on review_pair
  using (actor_library() in (a_library, b_library) or actor_forms_titles());

-- Records whose pairs are to be found anew.
create table record_to_compare (
  record_id uuid primary key references record,
  at timestamptz(3) not null default clock_timestamp()
);
