import { myAccount } from "./account/my-account.ts";
import { exportTitleMapping } from "./exports/title-mapping.ts";
import type { Route } from "./frame/route.ts";
import { cancelHold } from "./holds/cancel.ts";
import { pickList } from "./holds/pick-list.ts";
import { placeHold } from "./holds/place.ts";
import { getImport } from "./imports/get.ts";
import { listQuarantine } from "./imports/quarantine.ts";
import { startImport } from "./imports/start.ts";
import { getLibrary } from "./libraries/get.ts";
import { listLibraries } from "./libraries/list.ts";
import { checkIn } from "./loans/check-in.ts";
import { checkOut } from "./loans/check-out.ts";
import { renew } from "./loans/renew.ts";
import { getTitle } from "./titles/get.ts";
import { searchTitles } from "./titles/search.ts";

/** Every door for programs, in the order in which they are described. */
export const routes: readonly Route[] = [
  searchTitles,
  getTitle,
  listLibraries,
  getLibrary,
  placeHold,
  cancelHold,
  myAccount,
  checkOut,
  checkIn,
  renew,
  pickList,
  startImport,
  getImport,
  listQuarantine,
  exportTitleMapping,
];
