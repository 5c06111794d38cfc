-- A turn at a desk: one reader's check-outs, or a pile of returns. It ends with its session, and holds no name; the card
-- number is sealed. Runs safely beside any release.
create table desk_turn (
  id uuid primary key default uuidv7(),
  session bytea not null references session on delete cascade,
  library_id text not null,
  kind text not null check (kind in ('check-out', 'check-in', 'pick', 'receive')),
  sealed_card bytea,
  person_id uuid,
  begun_at timestamptz(3) not null default now(),
  ended_at timestamptz(3)
);
create index desk_turn_of_session on desk_turn (session, kind, begun_at);
alter table desk_turn enable row level security, force row level security;
create policy own_service on desk_turn using (actor_is_service());

-- What each scan of a turn came to. A scan sent twice has the same request id and stands here once.
create table desk_answer (
  turn_id uuid not null references desk_turn on delete cascade,
  request_id text not null,
  at timestamptz(3) not null default now(),
  answer jsonb not null,
  primary key (turn_id, request_id)
);
create index desk_answer_newest on desk_answer (turn_id, at);
alter table desk_answer enable row level security, force row level security;
create policy own_service on desk_answer using (actor_is_service());
