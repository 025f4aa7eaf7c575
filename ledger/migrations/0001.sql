-- The log of a case. A row of the case is (tbl, id); its cells are joined by
-- the unit separator, char(31). Rows of this table are added and never changed.
create table revisions (
  seq         integer primary key, -- 1, 2, 3, ... without gaps
  tbl         text not null,
  id          text not null,
  cells       text not null,
  known_at    text not null,       -- since when the record could know it: a date with its precision
  recorded_at text not null,       -- when it was written here, RFC 3339, UTC
  who         text not null,
  why         text not null,
  hash        blob not null        -- sha256 over the hash before it and this revision
) strict;

create index revisions_of_row on revisions (tbl, id);

create trigger revisions_stay before update on revisions
begin select raise(abort, 'revisions are never changed'); end;

create trigger revisions_are_kept before delete on revisions
begin select raise(abort, 'revisions are never deleted'); end;

-- The end of the log, so that a log cut short is noticed.
create table head (
  one   integer primary key check (one = 1),
  count integer not null,
  hash  blob not null
) strict;

insert into head values (1, 0, zeroblob(32));

-- The words of the current acts, already folded and split by spaces. The rowid is
-- the seq of the act's first revision.
create virtual table words using fts5 (
  text, content = '', contentless_delete = 1, detail = none,
  tokenize = "ascii tokenchars '-_.'"
);
