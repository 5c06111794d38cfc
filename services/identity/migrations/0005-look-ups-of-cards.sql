-- Safe beside the previous release, which keeps look-ups of names only and shows a guest's name for as long as this says.

-- Whose card lies on a desk, and whether a PIN is theirs, is a look-up of a person like that of a name, also where it was
-- refused: who tries one number after the other leaves a row for each. The number itself is not kept.
alter table name_lookup add column act text not null default 'name' check (act in ('name', 'card', 'pin'));
alter table name_lookup add column refused text check (length(refused) <= 100);
alter table name_lookup drop constraint name_lookup_person_ids_check;
alter table name_lookup add constraint a_name_is_somebodys
  check (cardinality(person_ids) <= 100 and (act <> 'name' or cardinality(person_ids) > 0));

-- A guest is served on the day they come. For ninety days a card number, which is easily guessed, opened a stranger's name.
create index guest_by_age on guest (seen_at);
drop policy themself_and_who_serves_them on person;
create policy themself_and_who_serves_them on person for select using (
  id in (actor_person(), (select signed_in_person()))
  or library_id = actor_library()
  or exists (select from card where card.person_id = person.id)
  or exists (select from held_role where held_role.person_id = person.id and held_role.library_id = actor_library())
  or exists (select from guest where guest.person_id = person.id and guest.library_id = actor_library()
             and guest.seen_at > now() - interval '12 hours')
  or actor_is_service());
