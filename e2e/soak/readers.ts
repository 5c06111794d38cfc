import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { Workload } from "../faults/load.ts";
import { newRequest, type Stage } from "../faults/stage.ts";
import type { Effect } from "../faults/verdict.ts";
import type { FaultWorld } from "../faults/world.ts";

const words = ["truyen kieu", "nguyen du", "tap", "Truyện", "khong co gi"];

/** Readers: each searches, places a hold on the stage's title, looks at their account and cancels the hold again. */
export async function readers(
  world: FaultWorld,
  stage: Stage,
  took: (ms: number) => void,
  pauseMs: number,
): Promise<Workload> {
  const ownDoors = stage.cards.map(({ personId }) => world.as({ personId, loa: 2, account: `reader-${personId}` }));
  const doors = await Promise.all(ownDoors);
  const asked = { titleId: stage.titleId, recordId: stage.recordId, pickupBranchId: stage.branchId };
  let searches = 0;
  return {
    processes: doors.length,
    pauseMs,
    async round(process, ask) {
      const { catalogue, circulation } = doors[process % doors.length]!;
      const query = words[(searches += 1) % words.length] ?? "";
      const plain = { size: 0, after: "", facets: [], sort: "", withoutFacets: false };
      const begun = performance.now();
      await catalogue.search({ query, ...plain }, newRequest());
      took(performance.now() - begun);
      const hold = await ask(
        "hold",
        (context) => circulation.placeHold(asked, context).then(answered),
        (placed) => `held ${placed.id}`,
      );
      if (isRefusal(hold)) return;
      await circulation.myAccount({}, newRequest());
      await ask(
        "cancel",
        (context) => circulation.cancelHold({ holdId: hold.id }, context).then(answered),
        () => `cancelled ${hold.id}`,
      );
    },
    readBack: () =>
      world.rows<Effect>(
        "circulation",
        `select 'held ' || id as value, placed_at as at from hold
         union all select 'cancelled ' || id, ended_at from hold where state = 'CANCELLED'`,
      ),
  };
}
