-- Safe beside the previous release: whoever makes accounts acts for a library or for the ministry there too.
-- A username that another library reserved must be seen to be taken, so the guard asks who acts, not whose it is.
alter table account_reservation enable row level security;
alter table account_reservation force row level security;
create policy who_makes_accounts on account_reservation
  using (actor_library() is not null or actor_is_ministry() or actor_is_service());
