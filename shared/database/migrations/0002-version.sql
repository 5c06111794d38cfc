-- An aggregate's version is epoch * 2^40 + counter. The epoch rises when the database was restored from a backup,
-- so that what it tells again is newer than anything that others have seen.
create table epoch (
  only_one boolean primary key default true check (only_one),
  epoch bigint not null check (epoch between 1 and 4194303)
);
insert into epoch (epoch) values (1);

create function next_version(version bigint) returns bigint language sql stable
  return (select greatest(version, epoch << 40) + 1 from epoch);
