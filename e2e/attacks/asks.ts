import { CardState, LibraryKind, LibraryLevel, PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import type { Permissions } from "../../deploy/check/permission-matrix.ts";
import { permissions as catalogue } from "../../services/catalogue/permissions.ts";
import { permissions as circulation } from "../../services/circulation/permissions.ts";
import { permissions as identity } from "../../services/identity/permissions.ts";
import type { Things } from "./stage.ts";

/** Who may make a call, as the services themselves say it. */
export const rules: { identity: Permissions; catalogue: Permissions; circulation: Permissions } = {
  identity,
  catalogue,
  circulation,
};

/**
 * How one call is tried: what is asked with the ids of somebody else's things, and what somebody hears for whom they are
 * not and who may make the call for their own. `not-found` means that it looks as if it were not there; `own` that they are
 * answered and nothing of the others' is in the answer; `everybody's` that the answer is for all. Those whose things they are ask `theirs`, where asking the same would do harm.
 */
export type Try = { ask: object; theirs?: object; stranger: "not-found" | "own" | "everybody's" };
type Tries<Call extends string> = Record<Call, Try>;

/** A row for each call: one that is missing does not compile. */
export function triesOf(things: Things): {
  identity: Tries<keyof typeof identity>;
  catalogue: Tries<keyof typeof catalogue>;
  circulation: Tries<keyof typeof circulation>;
} {
  const { libraryId, branchId, loanId, holdId, itemId, importId, cardId, cardNumber, roleId } = things;
  const { personId, otherPersonId, titleId, recordId, otherRecordId } = things;
  const branch = { name: "Cơ sở của kẻ lạ", province: "46", commune: "", address: "", pickup: false };
  const unknown = "0190d1c0-0000-7000-8000-0000000000aa";
  const policy = { libraryId, category: "ADULT", itemType: "phep-thu", shelfDays: 3, forLoan: true };
  const numbers = { loanLimit: 999, loanDays: 366, renewals: 50, holdLimit: 999 };
  return {
    identity: {
      // The ministry's own: there is no other ministry that could be a stranger. The names are unusable on purpose.
      registerLibrary: {
        ask: {
          id: "",
          name: "",
          kind: LibraryKind.PUBLIC,
          level: LibraryLevel.PROVINCE,
          province: "46",
          altIds: [],
          branches: [],
          from: "",
        },
        stranger: "own",
      },
      changeLibraryFact: {
        ask: { libraryId, attribute: "x", value: "x", from: "2020-01-01", source: "" },
        stranger: "own",
      },
      getLibrary: { ask: { code: libraryId, on: "" }, stranger: "everybody's" },
      listLibraries: { ask: { after: "", size: 0, province: "" }, stranger: "everybody's" },
      addBranch: { ask: { libraryId, branch: { ...branch, province: "xx" } }, stranger: "not-found" },
      registerPatron: {
        ask: { fullName: "", birthDate: "", category: PatronCategory.ADULT, cardNumber, pin: "", paperSeen: "" },
        stranger: "own",
      },
      setCardState: { ask: { cardId, state: CardState.ACTIVE }, stranger: "not-found" },
      // A card serves at every library; who it is of is what a desk must learn, and no more.
      resolveCard: { ask: { cardNumber }, stranger: "everybody's" },
      verifyPin: { ask: { libraryId, cardNumber: "không có", pin: "000000" }, stranger: "not-found" },
      getNames: { ask: { personIds: [otherPersonId] }, stranger: "own" },
      // Everybody hears of themselves.
      signIn: { ask: {}, stranger: "everybody's" },
      attachCard: { ask: { libraryId, cardNumber: "không có", pin: "000000" }, stranger: "own" },
      makeAccount: {
        ask: { personId: otherPersonId, fullName: "", username: "ke-la", password: "" },
        stranger: "own",
      },
      grantRole: {
        ask: {
          personId: otherPersonId,
          role: "librarian.desk",
          libraryId,
          client: "",
          from: undefined,
          until: "2020-01-01",
        },
        stranger: "not-found",
      },
      withdrawRole: { ask: { roleId }, theirs: { roleId: unknown }, stranger: "own" },
      listRoles: { ask: { libraryId, after: "" }, stranger: "not-found" },
    },
    catalogue: {
      startImport: { ask: {}, stranger: "own" },
      getImport: { ask: { id: importId }, stranger: "not-found" },
      listImports: { ask: { before: "" }, stranger: "own" },
      cancelImport: { ask: { id: importId }, stranger: "not-found" },
      listQuarantine: { ask: { importId, after: 0n, reason: "" }, stranger: "not-found" },
      setItemProfile: { ask: { field: "unusable" }, stranger: "own" },
      search: {
        ask: { query: "sách thử", size: 5, after: "", facets: [], sort: "", withoutFacets: false },
        stranger: "everybody's",
      },
      suggest: { ask: { query: "sach" }, stranger: "everybody's" },
      getTitle: { ask: { id: titleId }, stranger: "everybody's" },
      titleMapping: { ask: { libraryId, after: "", size: 10 }, stranger: "not-found" },
      listUnmet: { ask: { libraryId }, stranger: "not-found" },
      listReview: { ask: { after: "" }, stranger: "own" },
      decideMatch: {
        ask: { a: recordId, b: otherRecordId, says: "different", reason: "phép thử" },
        stranger: "not-found",
      },
    },
    circulation: {
      // What is lent already is lent to nobody else, whoever asks.
      checkOut: { ask: { cardNumber, barcode: "", itemId, branchId: undefined }, stranger: "own" },
      checkIn: { ask: { barcode: "không có", itemId: "", branchId }, stranger: "own" },
      renew: { ask: { loanId }, stranger: "not-found" },
      placeHold: { ask: { titleId: "u00000000000000000000", recordId: "", pickupBranchId: branchId }, stranger: "own" },
      cancelHold: { ask: { holdId }, stranger: "not-found" },
      pickList: { ask: { libraryId, after: "" }, stranger: "not-found" },
      holdShelf: { ask: { branchId }, stranger: "own" },
      listTransits: { ask: {}, stranger: "own" },
      receiveTransit: { ask: { barcode: "không có", itemId: "", branchId }, stranger: "own" },
      myAccount: { ask: {}, stranger: "own" },
      patronAccount: { ask: { personId }, stranger: "own" },
      listPolicies: { ask: { libraryId }, stranger: "not-found" },
      setPolicy: { ask: { policy: { ...policy, ...numbers } }, stranger: "not-found" },
    },
  };
}

/** What only the library and its reader may learn. An id that a stranger asks with is no news to them. */
export const secretsOf = (things: Things, otherName: string): string[] => [
  ...[things.loanId, things.holdId, things.importId, things.cardId, things.roleId, otherName],
];
