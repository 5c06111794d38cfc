-- Runs beside the previous release, which says of none of its letters that it is too old.
-- An event older than the inbox remembers may have had its effect: it is replayed only when somebody names it.
alter table dead_letter add column too_old boolean not null default false;
update dead_letter set too_old = true where replayed_at is null and error like 'Error: It is older than %';
