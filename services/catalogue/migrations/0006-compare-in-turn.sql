-- Safe beside the previous release: the column fills itself, and what that release writes is compared all the same.
-- A record that changes while it is compared gets a later turn and stays in the queue; the change need not wait.
alter table record_to_compare add column turn bigint generated always as identity;
create index record_to_compare_in_turn on record_to_compare (turn);
