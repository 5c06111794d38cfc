import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { all, sql } from "@lienthong/database/transaction.ts";
import { job } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import { ownSettings } from "../settings.ts";

// What was taken from a file stands in the database, bytes and all; the file itself is kept for questions about the import.
const keptDays = 30;
const dayMs = 24 * 3600 * 1000;

/** Removes uploaded files that no import waits for any more, and those whose upload broke off. */
export const forgetFiles = job("forget-files", { cron: "47 3 * * *", payload: z.undefined() }, async (work) => {
  const folder = ownSettings().UPLOAD_FOLDER;
  const names = await readdir(folder).catch(() => []);
  for (let at = 0; at < names.length && !work.stopping.aborted; at += 500) {
    const some = names.slice(at, at + 500);
    const needed = await work.as((tx) =>
      all<{ hash: string }>(
        tx,
        sql`
        select distinct file_hash as hash from import
        where file_hash = any(${some}::text[]) and (state in ('WAITING', 'RUNNING') or finished_at > now() - make_interval(days => ${keptDays}))`,
      ),
    );
    const kept = new Set(needed.map((row) => row.hash));
    for (const name of some) {
      const path = join(folder, name);
      const age =
        Date.now() -
        (await stat(path).then(
          (file) => file.mtimeMs,
          () => Date.now(),
        ));
      // A file is there some moments before its import is.
      if (!kept.has(name) && age > dayMs) await rm(path, { force: true });
    }
  }
});
