-- Who acts, as row-level security sees it. Set for one transaction only, so a pooled connection carries nobody over.
create function begin_as(kind text, id text, library text, person text) returns timestamptz
language sql as $$
  select set_config('lt.kind', kind, true), set_config('lt.id', id, true),
         set_config('lt.library', coalesce(library, ''), true), set_config('lt.person', coalesce(person, ''), true);
  select now();
$$;

-- The library that staff or a client acts for; null for everybody else.
create function actor_library() returns text language sql stable parallel safe
  return nullif(current_setting('lt.library', true), '');

create function actor_person() returns uuid language sql stable parallel safe
  return nullif(current_setting('lt.person', true), '')::uuid;

-- Consumers and jobs act as their own service and see all of its rows.
create function actor_is_service() returns boolean language sql stable parallel safe
  return coalesce(current_setting('lt.kind', true), '') = 'service';
