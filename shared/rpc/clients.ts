import type { CatalogueServiceServer } from "@lienthong/proto/catalogue/v1/service.ts";
import type { CirculationServiceServer } from "@lienthong/proto/circulation/v1/service.ts";
import type { IdentityServiceServer } from "@lienthong/proto/identity/v1/service.ts";
import type { Client } from "./client.ts";

/** A client of each service that can be called. */
export type Clients = {
  identity: Client<IdentityServiceServer>;
  catalogue: Client<CatalogueServiceServer>;
  circulation: Client<CirculationServiceServer>;
};
