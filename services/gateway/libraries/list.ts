import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { after } from "../frame/shapes.ts";
import { libraryShape, shownLibrary } from "./library.ts";

export const listLibraries = route({
  method: "GET",
  path: "/api/v1/libraries",
  name: "listLibraries",
  summary: "The libraries of the platform, by their codes",
  public: true,
  query: z.strictObject({
    after,
    size: z.coerce.number().int().min(1).max(200).default(50),
    province: z.string().max(10).default("").describe("Official code of a province-level unit; left out: all."),
  }),
  replies: {
    200: z.object({
      libraries: z.array(libraryShape),
      next: z.string().optional().describe("Ask with it as `after` for what follows; absent after the last."),
    }),
  },
  async call({ query }, { identity }) {
    const { libraries } = await identity.listLibraries(query);
    const next = libraries.length === query.size ? libraries.at(-1)?.id : undefined;
    return sends(200, { libraries: libraries.map(shownLibrary), next });
  },
});
