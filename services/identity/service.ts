import * as events from "@lienthong/proto/identity/v1/events.ts";
import { IdentityServiceService, type IdentityServiceServer } from "@lienthong/proto/identity/v1/service.ts";
import type { Answers } from "@lienthong/rpc/answer.ts";
import { service } from "@lienthong/service/service.ts";
import { MakeAccount } from "./accounts/make-account.ts";
import { mirrorRoles } from "./accounts/mirror.ts";
import { AttachCard } from "./cards/attach.ts";
import { tellCards } from "./cards/card.ts";
import { ResolveCard } from "./cards/resolve.ts";
import { SetCardState } from "./cards/set-state.ts";
import { VerifyPin } from "./cards/verify-pin.ts";
import { AddBranch } from "./libraries/add-branch.ts";
import { tellBranches } from "./libraries/branch.ts";
import { ChangeLibraryFact } from "./libraries/change-fact.ts";
import { GetLibrary } from "./libraries/get.ts";
import { tellLibraries } from "./libraries/library.ts";
import { ListLibraries } from "./libraries/list.ts";
import { RegisterLibrary } from "./libraries/register.ts";
import { tellDueFacts } from "./libraries/tell-due-facts.ts";
import { forgetGuests } from "./people/forget-guests.ts";
import { forgetLookUps } from "./people/forget-look-ups.ts";
import { GetNames } from "./people/get-names.ts";
import { RegisterPatron } from "./people/register-patron.ts";
import { SignIn } from "./people/sign-in.ts";
import { GrantRole } from "./roles/grant.ts";
import { ListRoles } from "./roles/list.ts";
import { tellRoles } from "./roles/role.ts";
import { turnRoles } from "./roles/turn.ts";
import { WithdrawRole } from "./roles/withdraw.ts";

export const identity = service<IdentityServiceServer>("identity", {
  answers: {
    to: IdentityServiceService,
    with: {
      registerLibrary: RegisterLibrary,
      changeLibraryFact: ChangeLibraryFact,
      getLibrary: GetLibrary,
      listLibraries: ListLibraries,
      addBranch: AddBranch,
      registerPatron: RegisterPatron,
      setCardState: SetCardState,
      resolveCard: ResolveCard,
      verifyPin: VerifyPin,
      getNames: GetNames,
      signIn: SignIn,
      attachCard: AttachCard,
      makeAccount: MakeAccount,
      grantRole: GrantRole,
      withdrawRole: WithdrawRole,
      listRoles: ListRoles,
    } satisfies Answers<IdentityServiceServer>,
  },
  publishes: events,
  retells: [tellLibraries, tellBranches, tellCards, tellRoles],
  jobs: [mirrorRoles, turnRoles, tellDueFacts, forgetGuests, forgetLookUps],
  public: ["getLibrary", "listLibraries"],
});
