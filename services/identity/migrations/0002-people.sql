-- New tables only: the release before this one runs beside it.

-- One human. Never merged by itself: people with the same name and birthday are common.
create table person (
  id uuid primary key default uuidv7(),
  full_name text not null check (length(full_name) between 1 and 200),
  birth_date date,
  -- Level of assurance: 0 said so themself, 1 by an electronic identity, 2 seen at a desk.
  loa smallint not null check (loa between 0 and 2),
  -- The kind of paper that a desk saw, and when; never its number or picture.
  paper_seen text,
  paper_seen_on date,
  -- The library that entered this person, if one did.
  library_id text references library,
  wrong_pins int not null default 0,
  pin_wait_until timestamptz(3)
);
create index person_by_library on person (library_id);

-- How a person signs in: an account of the sign-in server, by its subject.
create table account (
  subject text primary key,
  person_id uuid not null references person,
  username text not null,
  library_id text references library
);
create index account_by_person on account (person_id);

-- An account that is being made: the sign-in server and this database cannot change in one transaction, so the person is
-- chosen first, and whoever tries again after a fault goes on with the same one. Usernames and ids only, of nobody's library.
create table account_reservation (
  username text primary key,
  person_id uuid not null,
  asked_by text not null,
  at timestamptz(3) not null default now()
);

create table card (
  id uuid primary key default uuidv7(),
  version bigint not null default next_version(0),
  library_id text not null references library,
  person_id uuid not null references person,
  number text not null check (length(number) between 1 and 40),
  category text not null,
  state text not null default 'ACTIVE' check (state in ('ACTIVE', 'BLOCKED', 'VOID')),
  pin text not null,
  wrong_pins int not null default 0,
  pin_wait_until timestamptz(3),
  constraint a_card_number_is_unique_inside_its_library unique (library_id, number)
);
create index card_by_person on card (person_id);
create index card_by_number on card (number);

-- A reader with another library's card who came to a desk: that desk serves them and may see their name for a while.
create table guest (
  library_id text not null references library,
  person_id uuid not null references person,
  seen_at timestamptz(3) not null default now(),
  primary key (library_id, person_id)
);
create index guest_by_person on guest (person_id);

-- Who looked up whose name. Only added to: no policy lets anybody change or remove a row.
create table name_lookup (
  id uuid primary key default uuidv7(),
  library_id text not null references library,
  actor text not null,
  person_ids uuid[] not null check (cardinality(person_ids) between 1 and 100),
  at timestamptz(3) not null default now()
);
create index name_lookup_by_library on name_lookup (library_id, at);

-- A role of a person or of a program, at a library or of the platform, from one moment until another.
create table held_role (
  id uuid primary key default uuidv7(),
  version bigint not null default next_version(0),
  library_id text references library,
  person_id uuid references person,
  client text,
  role text not null,
  valid tstzrange not null check (not isempty(valid) and not lower_inf(valid)),
  granted_by text not null,
  withdrawn_at timestamptz(3),
  -- Whether the others were last told that it holds; a dated role turns by itself.
  told_active boolean not null,
  -- Changed since the sign-in server was last known to say it.
  mirror_due boolean not null default true,
  constraint a_person_or_a_program check ((person_id is null) <> (client is null)),
  constraint a_role_is_held_once_at_a_time exclude using gist (
    (coalesce(person_id::text, client)) with =, role with =, (coalesce(library_id, '')) with =, valid with &&
  ) where (withdrawn_at is null)
);
create index role_by_library on held_role (library_id, id);
create index role_by_person on held_role (person_id);
create index role_by_client on held_role (client);
create index role_to_turn on held_role (upper(valid), lower(valid)) where withdrawn_at is null;
create index role_to_mirror on held_role (id) where mirror_due;
