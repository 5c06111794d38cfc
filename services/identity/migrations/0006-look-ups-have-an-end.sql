-- Safe beside the previous release, which keeps every look-up for good.
create policy the_service_forgets on name_lookup for delete using (actor_is_service());
create index name_lookup_of_visits_by_age on name_lookup (at) where act = 'card' and refused is null;
create index name_lookup_by_age on name_lookup (at);
