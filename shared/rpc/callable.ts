import { CatalogueServiceService } from "@lienthong/proto/catalogue/v1/service.ts";
import { CirculationServiceService } from "@lienthong/proto/circulation/v1/service.ts";
import { IdentityServiceService } from "@lienthong/proto/identity/v1/service.ts";

/** The services that can be called, one line each; a service reaches those that its `service.ts` names in `calls`. */
export const callable = {
  identity: IdentityServiceService,
  catalogue: CatalogueServiceService,
  circulation: CirculationServiceService,
};

export type Callable = keyof typeof callable;
