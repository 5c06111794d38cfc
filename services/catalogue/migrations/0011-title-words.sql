-- A new table only: the previous release runs beside it; titles that it forms get their words with the next filling of the
-- search index.

-- By which words a title is found while the search server is away: those of title, author and ISBN, folded.
create table title_words (
  title_id text primary key,
  words text[] not null
);
create index title_by_word on title_words using gin (words);
alter table title_words enable row level security;
alter table title_words force row level security;
create policy everybody_reads on title_words for select using (true);
create policy titles_are_formed on title_words using (actor_forms_titles());
