-- Runs beside the previous release, which leaves both columns empty: then bus and archive are compared whole once.
-- published_at is from here on the time up to which ids were made whose events stand on both sides.
alter table stream_agreement
  add column last_id text,
  add column from_sequence bigint;
comment on column stream_agreement.last_id is 'the event that stood at last_sequence: another one there means that the stream was rolled back';
comment on column stream_agreement.from_sequence is 'nothing before it was made after published_at';
