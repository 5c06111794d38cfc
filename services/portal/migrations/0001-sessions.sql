-- A signed-in browser. The browser holds a random id, this table only its hash; the tokens are sealed with a key that the
-- database does not have. Nobody but the portal itself sees a row. Runs safely beside any release.
create table session (
  id_hash bytea primary key check (length(id_hash) = 32),
  sealed bytea not null,
  person_id uuid not null,
  -- The sign-in server's session, which its back-channel logout names.
  provider_session text not null,
  -- The library that staff work for at the moment.
  library_id text,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  -- One replica at a time fetches new tokens; it holds this until then.
  refreshing_until timestamptz(3)
);
create index session_by_provider on session (provider_session);
create index session_by_end on session (expires_at);
alter table session enable row level security, force row level security;
create policy own_service on session using (actor_is_service());
