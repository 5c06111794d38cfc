import { type Library, LibraryKind, LibraryLevel, ServicePointKind } from "@lienthong/proto/identity/v1/library.ts";
import { z } from "zod";
import { text, words } from "../frame/shapes.ts";

const branch = z
  .object({
    id: z.uuid(),
    name: z.string(),
    province: text,
    commune: text,
    address: text,
    pickup: z.boolean().describe("Readers may collect holds here."),
    servicePoints: z.array(z.object({ id: z.uuid(), name: z.string(), kind: words(ServicePointKind) })),
  })
  .meta({ id: "Branch" });

export const libraryShape = z
  .object({
    code: z.string().describe("Permanent, never used again for another library."),
    name: z.string(),
    kind: words(LibraryKind).describe("Law on Libraries 46/2019/QH14, article 9.1."),
    level: words(LibraryLevel).describe("Only public libraries have one."),
    province: text.describe("Official code of the province-level unit."),
    provinceName: text,
    active: z.boolean(),
    altIds: z.array(z.object({ scheme: z.string(), value: z.string() })).describe("Codes that others gave it."),
    branches: z.array(branch),
  })
  .meta({ id: "Library" });

export const shownLibrary = ({ id, ...library }: Library) => ({ ...library, code: id });
