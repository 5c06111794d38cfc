import { desk, manager, own, type Permissions } from "@lienthong/auth/permission.ts";
import type { CirculationServiceServer } from "@lienthong/proto/circulation/v1/service.ts";

/** Who may make which call; where it is done, and on whose rows, row-level security and the rooms say. */
export const permissions = {
  checkOut: desk,
  checkIn: desk,
  renew: [own, desk],
  placeHold: own,
  cancelHold: [own, desk],
  pickList: desk,
  holdShelf: desk,
  listTransits: desk,
  receiveTransit: desk,
  myAccount: own,
  patronAccount: desk,
  listPolicies: [desk, manager],
  setPolicy: manager,
} satisfies Permissions<CirculationServiceServer>;
