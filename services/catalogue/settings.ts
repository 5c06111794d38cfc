import { settingsOf } from "@lienthong/service/settings.ts";
import { z } from "zod";

/** What catalogue is told beside what every service is told. */
export const settings = {
  OPENSEARCH_URL: z.url().describe("the search server"),
  SEARCH_INDEX: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,60}$/, "expected: lower-case letters, digits and hyphens")
    .default("titles")
    .describe("the name under which the index of titles is searched; its indexes are called NAME-…"),
  SEARCH_SHARDS: z.coerce.number().int().min(1).max(64).default(1).describe("shards of an index made from now on"),
  SEARCH_REPLICAS: z.coerce.number().int().min(0).max(5).default(0).describe("copies of each shard on other nodes"),
  UPLOAD_FOLDER: z.string().min(1).describe("where files wait for their import, each under its SHA-256"),
  UPLOAD_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1024)
    .default(4 * 1024 ** 3)
    .describe("the largest file that is taken"),
  IMPORT_BATCH_RECORDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(500)
    .describe("records taken in one transaction; more is a little faster, and a kill repeats more"),
};

export const ownSettings = settingsOf(settings);
