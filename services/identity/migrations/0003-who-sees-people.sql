-- Policies only: the release before this one runs beside it.

-- The account that signed in; null for programs, services and nobody.
create function actor_subject() returns text language sql stable parallel safe
  return case when current_setting('lt.kind', true) in ('person', 'staff')
         then nullif(current_setting('lt.id', true), '') end;

-- The person who signed in, also while their token does not say so yet.
create function signed_in_person() returns uuid language sql stable
  return (select person_id from account where subject = actor_subject());

-- The cards whose exact number was presented in this transaction.
create function presented_cards() returns uuid[] language sql stable parallel safe
  return coalesce(nullif(current_setting('lt.presented_cards', true), ''), '{}')::uuid[];

-- Readers use their card at every library, so a desk must find a card that is not its own library's, and a reader one that
-- is not yet theirs. This is the one way across libraries: by the whole number, a handful of cards at most, for this
-- transaction only. Nothing lists cards, finds them by a part of the number or by a name.
create function present_cards(presented text, at_library text default null) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform set_config('lt.presented_cards', (
    select coalesce(array_agg(id), '{}')::text from (
      select id from card where number = presented and (at_library is null or library_id = at_library)
      order by state = 'VOID', id limit 10) found), true);
end $$;

-- Of a person whom the caller may not see, only this: whether there is one with this id, and whether they have an account.
create function standing_of(asked uuid) returns table (known boolean, has_account boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from person where id = asked), exists (select from account where person_id = asked);
$$;

-- For these two functions, which run as the owner; nobody else works as the owner but migrations.
create policy the_owners_functions_read on card for select to current_role using (true);
create policy the_owners_functions_read on person for select to current_role using (true);
create policy the_owners_functions_read on account for select to current_role using (true);

-- An account: its own, the library's that made it.
alter table account enable row level security;
alter table account force row level security;
create policy its_person_and_its_maker on account using (
  subject = actor_subject() or library_id = actor_library() or (library_id is null and actor_is_ministry())
  or actor_is_service());

-- A card: its library, its person, and whoever presents its number.
alter table card enable row level security;
alter table card force row level security;
create policy its_library_its_person_its_presenter on card using (
  library_id = actor_library() or person_id in (actor_person(), (select signed_in_person()))
  or id = any((select presented_cards())::uuid[]) or actor_is_service());

alter table guest enable row level security;
alter table guest force row level security;
create policy its_library on guest using (library_id = actor_library() or actor_is_service());

-- A role: its library, its person, the ministry, which answers for all of them.
alter table held_role enable row level security;
alter table held_role force row level security;
create policy its_person_reads on held_role for select using (
  person_id in (actor_person(), (select signed_in_person())));
create policy its_library_and_the_ministry on held_role using (
  library_id = actor_library() or actor_is_ministry() or actor_is_service());

alter table name_lookup enable row level security;
alter table name_lookup force row level security;
create policy its_library_reads on name_lookup for select using (library_id = actor_library() or actor_is_service());
create policy its_library_adds on name_lookup for insert with check (library_id = actor_library());

-- A person: themself, and a library that entered them, whose card or role they hold, or that they came to of late. What the
-- inner questions find is narrowed by the policies above. The ministry grants roles but sees no readers.
alter table person enable row level security;
alter table person force row level security;
create policy themself_and_who_serves_them on person for select using (
  id in (actor_person(), (select signed_in_person()))
  or library_id = actor_library()
  or exists (select from card where card.person_id = person.id)
  or exists (select from held_role where held_role.person_id = person.id and held_role.library_id = actor_library())
  or exists (select from guest where guest.person_id = person.id and guest.library_id = actor_library()
             and guest.seen_at > now() - interval '90 days')
  or actor_is_service());
create policy themself_and_who_serves_them_change on person for update using (
  id in (actor_person(), (select signed_in_person()))
  or library_id = actor_library()
  or exists (select from card where card.person_id = person.id)
  or actor_is_service());
-- Anybody who signs in may become a person whom nobody has seen; a desk, a manager, the ministry enter others.
create policy entered_at_sign_in_or_at_a_desk on person for insert with check (
  (library_id is null and loa = 0 and actor_subject() is not null)
  or library_id = actor_library() or (library_id is null and actor_is_ministry()) or actor_is_service());
