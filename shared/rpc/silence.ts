/** Watches one call. @returns what to call when it is over, and whether the service itself answered */
export type Silence = (giveUp: () => void) => (answered: boolean) => void;

// Whoever is refused learns it within two seconds.
const silentAfterMs = 1_800;
// One call may be long by its nature; when so many hear nothing, it is the line.
const waitingMin = 5;

/**
 * Notices that nothing at all comes back over a connection: no call that waits has been answered since, and several wait.
 * They are then given up before their deadlines, each as it has waited for that long, and so is every later one until
 * something is heard again.
 */
export function silence(): Silence {
  let waiting = 0;
  let heardAt = 0;
  let silent = false;
  return (giveUp) => {
    const since = performance.now();
    waiting += 1;
    const late = setTimeout(() => {
      if (heardAt >= since) return;
      silent ||= waiting >= waitingMin;
      if (silent) giveUp();
    }, silentAfterMs);
    return (answered) => {
      clearTimeout(late);
      waiting -= 1;
      if (!answered) return;
      heardAt = performance.now();
      silent = false;
    };
  };
}
