/** Sets of source keys that grow together, except where two keys must stay apart. */
export type Components = {
  find(key: string): string;
  /** Unites two components; false when a pair of their keys must stay apart. */
  unite(a: string, b: string): boolean;
  keepApart(a: string, b: string): void;
  areApart(a: string, b: string): boolean;
};

/** Every key begins as a component of its own; the name of a component is its smallest key. */
export function components(): Components {
  const parent = new Map<string, string>();
  const apart = new Map<string, Set<string>>();

  function find(key: string): string {
    let root = key;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    for (let at = key; at !== root; ) {
      const up = parent.get(at)!;
      parent.set(at, root);
      at = up;
    }
    return root;
  }

  function mustStayApart(a: string, b: string): boolean {
    const [left = none, right = none] = [apart.get(a), apart.get(b)];
    const [fewer, other] = left.size <= right.size ? [left, b] : [right, a];
    for (const key of fewer) if (find(key) === other) return true;
    return false;
  }

  return {
    find,
    unite(a, b) {
      const [x, y] = [find(a), find(b)];
      if (x === y) return true;
      if (mustStayApart(x, y)) return false;
      const [root, child] = x < y ? [x, y] : [y, x];
      parent.set(child, root);
      const moved = apart.get(child);
      if (moved) {
        const kept = apart.get(root) ?? new Set();
        for (const key of moved) kept.add(key);
        apart.set(root, kept);
        apart.delete(child);
      }
      return true;
    },
    areApart: (a, b) => mustStayApart(find(a), find(b)),
    keepApart(a, b) {
      for (const [from, to] of [
        [find(a), b],
        [find(b), a],
      ] as const) {
        apart.set(from, (apart.get(from) ?? new Set()).add(to));
      }
    },
  };
}

const none: ReadonlySet<string> = new Set();
