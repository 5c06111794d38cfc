import { cancelHold, myBooksPage, renewLoan } from "./account/my-books.tsx";
import { checkInPage, scanToReturn } from "./desk/check-in.tsx";
import { checkOutPage, finishTurn, scanToLend } from "./desk/check-out.tsx";
import { holdShelfPage } from "./desk/hold-shelf.tsx";
import { pickListPage, scanPicked } from "./desk/pick-list.tsx";
import { scanReceived, transitsPage } from "./desk/transits.tsx";
import type { Route } from "./frame/site-parts.ts";
import { choosePlacePage } from "./holds/choose-place.tsx";
import { confirmPage, placeHold } from "./holds/confirm.tsx";
import { placedPage } from "./holds/placed.tsx";
import { homePage } from "./home/home.tsx";
import { cancelImport, importLive, importPage } from "./imports/import.tsx";
import { importListPage, startImport } from "./imports/import-list.tsx";
import { policiesPage, setPolicy } from "./policies/policies.tsx";
import { resultsPage } from "./search/results.tsx";
import { suggestionsPage } from "./search/suggestions.tsx";
import { titlePage } from "./titles/title.tsx";
import { unmetPage } from "./wishes/unmet.tsx";

/** Every page, with what its forms do, one line each; those of staff stand in their spine in this order. */
export const pages: readonly Route[] = [
  ...[homePage],
  ...[resultsPage, suggestionsPage],
  ...[titlePage],
  ...[choosePlacePage, confirmPage, placeHold, placedPage],
  ...[myBooksPage, renewLoan, cancelHold],
  ...[checkOutPage, scanToLend, finishTurn],
  ...[checkInPage, scanToReturn],
  ...[holdShelfPage],
  ...[transitsPage, scanReceived],
  ...[pickListPage, scanPicked],
  ...[importListPage, startImport],
  ...[importPage, importLive, cancelImport],
  ...[policiesPage, setPolicy],
  ...[unmetPage],
];
