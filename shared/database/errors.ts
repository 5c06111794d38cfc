type Failed = { code?: string; message?: string } | undefined;

const away = /^(08...|57P0.|53...|ECONN.*|EPIPE|ETIMEDOUT)$/;
const busy = /^(55P03|57014|40001|40P01)$/;

/** Whether an error says that the database cannot be reached or does not take connections: trying later will help. */
export function isDatabaseAway(error: unknown): boolean {
  const { code = "", message = "" } = (error ?? {}) as NonNullable<Failed>;
  // "Not queryable" is a connection that was lost between two statements.
  const lost = /connection (terminated|timeout)|timeout exceeded when trying to connect|is not queryable/i;
  return away.test(code) || isNoAnswer(error) || lost.test(message);
}

/** Whether the database is there and reads, but has no room to write. */
export const isDatabaseFull = (error: unknown): boolean => (error as Failed)?.code === "53100";

/** Whether nothing came back on a connection that is still open, as when the server has vanished without a word. */
export const isNoAnswer = (error: unknown): boolean => (error as Failed)?.message === "Query read timeout";

/** Whether a statement waited too long for others, or lost to them again and again: asking once more is right. */
export const isDatabaseBusy = (error: unknown): boolean => busy.test((error as Failed)?.code ?? "");

/** Whether a text held the one character that PostgreSQL has not, NUL: the caller's fault, whatever the text was for. */
export const isUnkeepable = (error: unknown): boolean => /^(22021|22P05)$/.test((error as Failed)?.code ?? "");
