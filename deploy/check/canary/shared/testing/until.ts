export const until = "only for tests";
