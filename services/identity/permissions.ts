import { anyone, desk, manager, ministry, own, type Permissions, signedIn } from "@lienthong/auth/permission.ts";
import type { IdentityServiceServer } from "@lienthong/proto/identity/v1/service.ts";

export const permissions = {
  registerLibrary: ministry,
  changeLibraryFact: ministry,
  getLibrary: anyone,
  listLibraries: anyone,
  addBranch: [manager, ministry],

  registerPatron: desk,
  setCardState: desk,
  resolveCard: desk,
  verifyPin: desk,
  getNames: [desk, manager],

  signIn: signedIn,
  attachCard: own,
  makeAccount: [manager, ministry],
  grantRole: [manager, ministry],
  withdrawRole: [manager, ministry],
  listRoles: [manager, ministry],
} satisfies Permissions<IdentityServiceServer>;
