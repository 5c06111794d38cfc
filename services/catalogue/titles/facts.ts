/** What a person decided about two source records, for good; undoing is a later fact on the same pair. */
export type StaffFact = { a: string; b: string; says: "same" | "different"; at: number };

/** The facts in force: of each pair the latest. Of two at the same moment the one that keeps apart holds. */
export function factsInForce(facts: Iterable<StaffFact>): StaffFact[] {
  const latest = new Map<string, StaffFact>();
  for (const given of facts) {
    const [a, b] = given.a < given.b ? [given.a, given.b] : [given.b, given.a];
    const pair = `${a}\n${b}`;
    const known = latest.get(pair);
    if (a === b || (known && (known.at > given.at || (known.at === given.at && known.says === "different")))) continue;
    latest.set(pair, { ...given, a, b });
  }
  return [...latest.values()].sort((x, y) => x.at - y.at || (`${x.a}\n${x.b}` < `${y.a}\n${y.b}` ? -1 : 1));
}

/**
 * The chain of source keys by which the other facts contradict a new one, or undefined when they do not: `same` against a
 * chain of sames that ends in a different, `different` against a chain of sames that joins the two.
 */
export function contradictedBy(facts: Iterable<StaffFact>, asked: StaffFact): string[] | undefined {
  const others = factsInForce(facts).filter((fact) => !samePair(fact, asked));
  const same = neighbours(others, "same");
  if (asked.says === "different") return chain(same, asked.a, asked.b);
  for (const apart of others) {
    if (apart.says !== "different") continue;
    for (const [x, y] of [
      [apart.a, apart.b],
      [apart.b, apart.a],
    ] as const) {
      const left = chain(same, asked.a, x);
      const right = chain(same, y, asked.b);
      if (left && right) return [...left, ...right];
    }
  }
  return undefined;
}

function samePair(x: StaffFact, y: StaffFact): boolean {
  return (x.a === y.a && x.b === y.b) || (x.a === y.b && x.b === y.a);
}

function neighbours(facts: StaffFact[], says: StaffFact["says"]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  const add = (from: string, to: string) => map.set(from, [...(map.get(from) ?? []), to]);
  for (const fact of facts) {
    if (fact.says !== says) continue;
    add(fact.a, fact.b);
    add(fact.b, fact.a);
  }
  return map;
}

/** The shortest chain of neighbours from one key to another, both included. */
function chain(next: Map<string, string[]>, from: string, to: string): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  const queue = [from];
  for (let at = 0; at < queue.length; at++) {
    if (queue[at] === to) {
      const path: string[] = [];
      for (let key: string | undefined = to; key !== undefined; key = cameFrom.get(key)) path.unshift(key);
      return path;
    }
    for (const key of next.get(queue[at]!) ?? []) {
      if (cameFrom.has(key)) continue;
      cameFrom.set(key, queue[at]);
      queue.push(key);
    }
  }
  return undefined;
}
