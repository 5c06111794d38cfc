/** One promise: its line, what it says, and, while no test plays it, why not. A test plays it whose title begins with the line. */
export type Promised = readonly [line: string, says: string, whyNot?: string];

const noMoney = "no money is taken yet";
const noAudit = "there is no audit log of its own yet";
const noFiles = "no files of works are kept yet";
const noFetching = "no service fetches an address that somebody gave it";
const oneMachine = "every part runs once, on one machine";

/** What of a line that is played is not, in words that follow "not played of it:". */
export const leftOut: Readonly<Record<string, string>> = {
  I5: "contacts, birth dates and papers; fifty readers only by `npm run faults -- I5`",
  F1: "the portal, which is in no world of faults",
  F5: "the search server's disk, and a store of files",
  F10: "a copy ten minutes old; the test's own are younger",
  F17: "an hour without the bus: its events are written at once while it is away",
  F19: "ten minutes without the search server, a field that has another type",
  F21: "ten minutes without the sign-in server",
  F25: "a reader with 5,000 loans; the kernel's limit of memory, for which a small heap stands",
  A19: "a closed connection for pings, settings and empty frames: they may be served to the end, and what is judged is what others wait (250 ms in the middle, 500 at the 95th) and the memory taken (300 MiB during a flood, 50 held afterwards)",
};

/** What always holds. */
export const invariants: readonly Promised[] = [
  ["I1", "an item has one open loan at most, and then stands on no shelf"],
  ["I2", "what was acknowledged is there, and the same request has one answer"],
  ["I3", "an event has its effect once"],
  ["I4", "versions of an aggregate have no hole, and none goes back"],
  ["I5", "a reader's personal facts are in identity and nowhere else"],
  ["I6", "search shows what the catalogue's rows say"],
  ["I7", "no row changes without its event, and no event without its row"],
  ["I8", "money is neither made nor lost", noMoney],
  ["I9", "the availability that is shown is what circulation says"],
  ["I10", "the audit log has no gap and no changed entry", noAudit],
  ["I11", "what is restricted is nowhere to be seen", "nothing is restricted yet"],
  ["I12", "no library sees or touches another's rows"],
];

/** What is broken on purpose. */
export const faults: readonly Promised[] = [
  ["F1", "each service is killed at each of its points"],
  ["F2", "a service sleeps and wakes up late"],
  ["F3", "PostgreSQL is killed"],
  ["F4", "PostgreSQL fails over to its standby", oneMachine],
  ["F5", "the disk is full"],
  ["F6", "clocks go wrong", "no way to set a clock apart was tried yet"],
  ["F7", "the line between two parts is cut"],
  ["F8", "a part is slow"],
  ["F9", "the bus's store is wiped"],
  ["F10", "the bus's store is put back to an older copy"],
  ["F11", "old events come again, one with another body"],
  ["F12", "events come twice"],
  ["F13", "events come in another order, or one never comes"],
  ["F14", "an event cannot be applied"],
  ["F15", "a consumer is slow"],
  ["F16", "a stream is full"],
  ["F17", "a million events wait in the outbox"],
  ["F18", "the bus's cluster is split", oneMachine],
  ["F19", "the search index is lost, or the search server is away"],
  ["F20", "one service is restored from an older copy", "there is no procedure of restoring yet"],
  ["F21", "the sign-in server is away, or slow"],
  ["F22", "the sign-in server changes its keys"],
  ["F23", "a certificate has expired", "services speak without TLS on one machine"],
  ["F24", "a migration fails half-way, or two releases run together", "there is one release only"],
  ["F25", "files and titles are huge, and memory is short"],
  ["F26", "uploads break off, and everybody comes back at once", "uploads are not taken up again where they broke off"],
];

/** What is attacked on purpose, each with the honest neighbour that is still served. */
export const attacks: readonly Promised[] = [
  ["A1", "forged tokens"],
  ["A2", "acting for another library by way of a service"],
  ["A3", "other people's and libraries' things, by their ids"],
  ["A4", "fields that nobody asked for"],
  ["A5", "calls of another role"],
  ["A6", "stolen lists of names and passwords", "the sign-in server's own limits are not tried yet"],
  ["A7", "guessing PINs", "wrong PINs are counted and tested per card, not yet per desk and library"],
  ["A8", "finding out who has an account", "times of answers are not compared yet"],
  ["A9", "taking over sessions", "the portal's tests play parts of it"],
  ["A10", "acting in somebody's browser", "the portal's tests play parts of it"],
  ["A11", "leading people elsewhere after sign-in", "the portal's tests play parts of it"],
  ["A12", "scripts in records"],
  ["A13", "letting a service fetch inner addresses", noFetching],
  ["A14", "entities and bombs in XML"],
  ["A15", "archives and pictures that unfold", noFiles],
  ["A16", "paths that lead out of an archive", noFiles],
  ["A17", "statements and queries in what is asked"],
  ["A18", "input that takes for ever to check"],
  ["A19", "floods of streams and frames"],
  ["A20", "another service's events on the bus"],
  ["A21", "lines and secrets in the log"],
  ["A22", "formulas in exported tables"],
  ["A23", "private pages in shared caches", "there is no shared cache yet"],
  ["A24", "programs in data", "nothing evaluates what it is given; no test tries"],
  ["A25", "changing the audit log", noAudit],
  ["A26", "staff that raise their own rights", "approval by a second person is not there yet"],
  ["A27", "staff that look up too many readers", "look-ups are not yet budgeted"],
  ["A28", "what is left of a reader after erasure", "erasure is not there yet"],
  ["A29", "stolen backups", "there are no backups yet"],
  ["A30", "packages that were tampered with", "the lock and its checksums are checked at installation alone"],
  ["A31", "old protocols of machines", "none is spoken yet"],
  ["A32", "open doors of the cluster", "there is no chart yet"],
];
