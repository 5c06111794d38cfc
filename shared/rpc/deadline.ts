/** How long the one who asked first waits at most, in milliseconds. Set once, at the edge; every call behind it gets what is left. */
export const deadlineMs = {
  /** A reader stands before the desk. */
  desk: 3_000,
  /** Somebody looks at a page. */
  reader: 5_000,
} as const;

export type Deadline = keyof typeof deadlineMs;
