import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { libraryCode } from "../frame/shapes.ts";
import { libraryShape, shownLibrary } from "./library.ts";

export const getLibrary = route({
  method: "GET",
  path: "/api/v1/libraries/{code}",
  name: "getLibrary",
  summary: "A library by its code, or by a code from outside",
  public: true,
  params: z.strictObject({ code: libraryCode }),
  query: z.strictObject({ on: z.iso.date().optional().describe("As it was on this day; left out: today.") }),
  replies: { 200: libraryShape },
  async call({ params, query }, { identity }) {
    const found = answered(await identity.getLibrary({ code: params.code, on: query.on ?? "" }));
    return isRefusal(found) ? found : sends(200, shownLibrary(found));
  },
});
