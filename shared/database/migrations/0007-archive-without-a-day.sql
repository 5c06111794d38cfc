-- Runs beside the previous release. Where the day's partition is missing, as after a week switched off, the archive still
-- takes what was published: nothing may keep the relay from going on. The hourly turn makes the next days' partitions.
create table outbox_archive_other partition of outbox_archive default;
