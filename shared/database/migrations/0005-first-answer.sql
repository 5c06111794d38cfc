-- The first answer to a request id, kept for 30 days with the command's own transaction: a scanner that sends twice,
-- a page that retries, a proxy that repeats get it again, and nothing is done twice.
create table first_answer (
  actor text not null,
  request_id text not null check (length(request_id) between 8 and 200),
  call text not null,
  body_hash bytea not null,
  answer bytea not null,
  at timestamptz(3) not null default now(),
  primary key (actor, request_id)
);
create index first_answer_by_age on first_answer (at);
