-- Up to where bus and archive were found to agree. A stream that is younger or shorter than this was lost or rolled back.
create table stream_agreement (
  stream text primary key,
  created_at text not null,
  last_sequence bigint not null,
  published_at timestamptz(3) not null,
  at timestamptz(3) not null default now()
);
