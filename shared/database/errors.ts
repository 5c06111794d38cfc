type Failed = { code?: string; message?: string } | undefined;

const away = /^(08...|57P0.|53...|ECONN.*|EPIPE|ETIMEDOUT)$/;
const busy = /^(55P03|57014|40001|40P01)$/;

/** Whether an error says that the database cannot be reached or does not take connections: trying later will help. */
export function isDatabaseAway(error: unknown): boolean {
  const { code = "", message = "" } = (error ?? {}) as NonNullable<Failed>;
  return away.test(code) || /connection (terminated|timeout)|timeout exceeded when trying to connect/i.test(message);
}

/** Whether a statement waited too long for others, or lost to them again and again: asking once more is right. */
export const isDatabaseBusy = (error: unknown): boolean => busy.test((error as Failed)?.code ?? "");
