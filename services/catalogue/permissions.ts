import { anyone, cataloguer, manager, type Permissions } from "@lienthong/auth/permission.ts";
import type { CatalogueServiceServer } from "@lienthong/proto/catalogue/v1/service.ts";

export const permissions = {
  startImport: cataloguer,
  getImport: cataloguer,
  listImports: cataloguer,
  cancelImport: cataloguer,
  listQuarantine: cataloguer,
  setItemProfile: cataloguer,
  listReview: cataloguer,
  decideMatch: cataloguer,

  titleMapping: manager,
  listUnmet: manager,

  search: anyone,
  suggest: anyone,
  getTitle: anyone,
} satisfies Permissions<CatalogueServiceServer>;
