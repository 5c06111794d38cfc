-- Beside the previous release everything goes on but the deciding of pairs of records and the cancelling of imports, which
-- fail there until it is replaced.

-- Which records are one title is the service's own work, whoever asked for it. A setting that any transaction could make
-- let it write the records, items and titles of every library; a step as the service, which the code takes in the open
-- after it has found the caller's own record, is the only way now.
create or replace function actor_forms_titles() returns boolean language sql stable parallel safe
  return actor_is_service();

-- What the service notes for itself: no library's, read and written by its own work alone.
alter table import_met enable row level security;
alter table import_met force row level security;
create policy the_service_alone on import_met using (actor_is_service());
alter table match_key enable row level security;
alter table match_key force row level security;
create policy the_service_alone on match_key using (actor_is_service());
alter table title_to_index enable row level security;
alter table title_to_index force row level security;
create policy the_service_alone on title_to_index using (actor_is_service());
alter table title_to_mark enable row level security;
alter table title_to_mark force row level security;
create policy the_service_alone on title_to_mark using (actor_is_service());
alter table search_index enable row level security;
alter table search_index force row level security;
create policy the_service_alone on search_index using (actor_is_service());
alter table record_to_compare enable row level security;
alter table record_to_compare force row level security;
create policy the_service_alone on record_to_compare using (actor_is_service());
