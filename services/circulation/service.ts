import * as events from "@lienthong/proto/circulation/v1/events.ts";
import { type CirculationServiceServer, CirculationServiceService } from "@lienthong/proto/circulation/v1/service.ts";
import type { Answers } from "@lienthong/rpc/answer.ts";
import { service } from "@lienthong/service/service.ts";
import { forgetReaders } from "./accounts/forget-readers.ts";
import { MyAccount } from "./accounts/my-account.ts";
import { PatronAccount } from "./accounts/patron-account.ts";
import { retellAvailability } from "./availability/set.ts";
import { CancelHold } from "./holds/cancel.ts";
import { endUnfillable, expireHolds, giveUpUnfound } from "./holds/expire.ts";
import { HoldShelf } from "./holds/hold-shelf.ts";
import { retellHolds } from "./holds/moves.ts";
import { PickList } from "./holds/pick-list.ts";
import { PlaceHold } from "./holds/place.ts";
import { sweepQueues, targetHolds } from "./holds/target.ts";
import { onItemChanged } from "./items/on-item-changed.ts";
import { onBranchChanged } from "./libraries/on-branch-changed.ts";
import { onLibraryChanged } from "./libraries/on-library-changed.ts";
import { CheckOut } from "./loans/check-out.ts";
import { retellLoans } from "./loans/loan.ts";
import { Renew } from "./loans/renew.ts";
import { onCardChanged } from "./patrons/on-card-changed.ts";
import { ListPolicies } from "./policies/list.ts";
import { SetPolicy } from "./policies/set.ts";
import { CheckIn } from "./returns/check-in.ts";
import { ReceiveTransit } from "./returns/receive-transit.ts";
import { onRecordChanged } from "./titles/on-record-changed.ts";
import { onTitleChanged } from "./titles/on-title-changed.ts";
import { ListTransits } from "./transits/list.ts";
import { retellTransits } from "./transits/send.ts";

/** What the others may know of us. */
export const circulation = service("circulation", {
  answers: {
    to: CirculationServiceService,
    with: {
      checkOut: CheckOut,
      checkIn: CheckIn,
      renew: Renew,
      placeHold: PlaceHold,
      cancelHold: CancelHold,
      pickList: PickList,
      holdShelf: HoldShelf,
      listTransits: ListTransits,
      receiveTransit: ReceiveTransit,
      myAccount: MyAccount,
      patronAccount: PatronAccount,
      listPolicies: ListPolicies,
      setPolicy: SetPolicy,
    } satisfies Answers<CirculationServiceServer>,
  },
  publishes: events,
  retells: [retellAvailability, retellLoans, retellHolds, retellTransits],
  consumes: [onLibraryChanged, onBranchChanged, onCardChanged, onItemChanged, onRecordChanged, onTitleChanged],
  calls: { identity: ["resolveCard"] },
  jobs: [targetHolds, sweepQueues, expireHolds, giveUpUnfound, endUnfillable, forgetReaders],
  public: [],
});
