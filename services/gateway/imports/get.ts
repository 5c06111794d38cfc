import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { withLibrary } from "../frame/shapes.ts";
import { importId, importShape } from "./import.ts";

export const getImport = route({
  method: "GET",
  path: "/api/v1/imports/{id}",
  name: "getImport",
  summary: "How far an import is",
  params: z.strictObject({ id: importId }),
  replies: { 200: importShape },
  async call({ params }, { catalogue }) {
    const found = answered(await catalogue.getImport({ id: params.id }));
    return isRefusal(found) ? found : sends(200, withLibrary(found));
  },
});
