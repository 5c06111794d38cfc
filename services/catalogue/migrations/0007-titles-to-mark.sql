-- A new table only: the previous release runs beside it and marks titles itself.

-- Titles of items whose availability was heard of. Rows are only added here and taken away by who writes the index: a
-- consumer's batch must not hold hundreds of titles' rows in the order of its events while an import wants them in its own.
create table title_to_mark (
  pos bigint generated always as identity primary key,
  title_id text not null
);
