import * as events from "@lienthong/proto/catalogue/v1/events.ts";
import { CatalogueServiceService, type CatalogueServiceServer } from "@lienthong/proto/catalogue/v1/service.ts";
import type { Answers } from "@lienthong/rpc/answer.ts";
import { service } from "@lienthong/service/service.ts";
import { markLibrary } from "./availability/mark-library.ts";
import { onItemAvailabilityChanged } from "./availability/on-item-availability-changed.ts";
import { onLibraryChanged } from "./availability/on-library-changed.ts";
import { CancelImport } from "./imports/cancel.ts";
import { forgetFiles } from "./imports/forget-files.ts";
import { GetImport } from "./imports/get.ts";
import { ListImports } from "./imports/list.ts";
import { ListQuarantine } from "./imports/list-quarantine.ts";
import { readItemsAgain } from "./imports/read-items-again.ts";
import { resumeImports } from "./imports/resume.ts";
import { runImport } from "./imports/run.ts";
import { SetItemProfile } from "./imports/set-item-profile.ts";
import { StartImport } from "./imports/start.ts";
import { tellItems } from "./items/item.ts";
import { rebuildSearch } from "./search/rebuild.ts";
import { Search } from "./search/search.ts";
import { Suggest } from "./search/suggest.ts";
import { compareTitles } from "./titles/compare.ts";
import { DecideMatch } from "./titles/decide.ts";
import { GetTitle } from "./titles/get.ts";
import { ListReview } from "./titles/list-review.ts";
import { TitleMapping } from "./titles/mapping.ts";
import { tellRecords, tellTitles } from "./titles/title.ts";
import { ListUnmet } from "./wishes/list-unmet.ts";
import { onHoldUnfilled } from "./wishes/on-hold-unfilled.ts";

export const catalogue = service<CatalogueServiceServer>("catalogue", {
  answers: {
    to: CatalogueServiceService,
    with: {
      startImport: StartImport,
      getImport: GetImport,
      listImports: ListImports,
      cancelImport: CancelImport,
      listQuarantine: ListQuarantine,
      setItemProfile: SetItemProfile,
      search: Search,
      suggest: Suggest,
      getTitle: GetTitle,
      titleMapping: TitleMapping,
      listUnmet: ListUnmet,
      listReview: ListReview,
      decideMatch: DecideMatch,
    } satisfies Answers<CatalogueServiceServer>,
  },
  publishes: events,
  retells: [tellTitles, tellRecords, tellItems],
  consumes: [onItemAvailabilityChanged, onLibraryChanged, onHoldUnfilled],
  jobs: [runImport, resumeImports, forgetFiles, readItemsAgain, compareTitles, markLibrary, rebuildSearch],
  public: ["search", "suggest", "getTitle"],
});
