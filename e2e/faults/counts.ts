/** How often or how long something is played: a little beside every change, the reference's count by `npm run faults`. */
export const counts = (small: number, full: number): number => (process.env.FAULT_COUNTS === "full" ? full : small);
