-- New tables only: nothing runs beside this migration.

create table import (
  id uuid primary key default uuidv7(),
  version bigint not null default next_version(0),
  library_id text not null,
  file_name text not null,
  -- SHA-256 of the file, which is its name in the folder of uploads.
  file_hash text not null check (file_hash ~ '^[0-9a-f]{64}$'),
  format text not null check (format in ('iso2709', 'marcxml')),
  -- What staff say the file is written in; empty means that each record's bytes decide.
  encoding text not null,
  state text not null default 'WAITING' check (state in ('WAITING', 'RUNNING', 'FINISHED', 'CANCELLED', 'FAILED')),
  size_bytes bigint not null check (size_bytes > 0),
  -- Where the next record begins. Raised in the transaction that keeps the records before it, so a kill resumes here.
  done_bytes bigint not null default 0,
  read bigint not null default 0,
  added bigint not null default 0,
  changed bigint not null default 0,
  unchanged bigint not null default 0,
  quarantined bigint not null default 0,
  repaired bigint not null default 0,
  encodings jsonb not null default '{}',
  reasons jsonb not null default '{}',
  failure text not null default '',
  created_at timestamptz(3) not null default now(),
  started_at timestamptz(3),
  -- The last sign of life: an import that is running and silent has lost its worker.
  seen_at timestamptz(3) not null default now(),
  finished_at timestamptz(3)
);
create index import_of_library on import (library_id, id);
create index import_unfinished on import (seen_at) where state in ('WAITING', 'RUNNING');
create index import_of_file on import (file_hash);
alter table import enable row level security;
alter table import force row level security;
create policy its_library on import using (library_id = actor_library() or actor_is_service());

-- Control numbers that an unfinished import has met: a number that comes twice in one file is set aside the second time,
-- or the same file would change its records with every import.
create table import_met (
  import_id uuid not null references import,
  control_number text not null,
  seq bigint not null,
  primary key (import_id, control_number)
);

-- Records that could not be taken, with their place in the file and the reason.
create table quarantine (
  import_id uuid not null references import,
  seq bigint not null,
  library_id text not null,
  byte_offset bigint not null,
  byte_length bigint not null,
  reason text not null,
  detail text not null,
  control_number text not null,
  -- At most 100,000 of them, as they came.
  bytes bytea not null,
  primary key (import_id, seq)
);
create index quarantine_by_reason on quarantine (import_id, reason, seq);
alter table quarantine enable row level security;
alter table quarantine force row level security;
create policy its_library on quarantine using (library_id = actor_library() or actor_is_service());
