import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { noBody, route, sends } from "../frame/route.ts";
import { moment, withLibrary } from "../frame/shapes.ts";
import { shownHit, titleHit, titleId, titleItem } from "./title.ts";

const title = titleHit
  .extend({
    copies: z.array(titleItem).describe("Each item and what was last heard of it."),
    asOf: moment.optional().describe("When what is said of the items was last heard."),
  })
  .meta({ id: "Title" });

export const getTitle = route({
  method: "GET",
  path: "/api/v1/titles/{id}",
  name: "getTitle",
  summary: "A title with its items; an id that it once had, or that of one of its records, leads to it",
  public: true,
  params: z.strictObject({ id: titleId }),
  replies: { 200: title, 308: noBody("The title has another id now: Location says it.") },
  async call({ params }, { catalogue }) {
    const found = answered(await catalogue.getTitle({ id: params.id }));
    if (isRefusal(found)) return found;
    const hit = found.brief && shownHit(found.brief);
    if (!hit) throw new Error("A title came without its description");
    if (found.movedFrom !== "") return sends(308, undefined, { location: `/api/v1/titles/${hit.id}` });
    return sends(200, { ...hit, copies: found.items.map(withLibrary), asOf: found.asOf });
  },
});
