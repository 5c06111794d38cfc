import { writePages } from "../check/written-pages.ts";

/** Writes the pages that are made from code; the code made from protos was brought up to date on the way here. */
export async function generate(): Promise<void> {
  const changed = await writePages();
  process.stdout.write(
    changed.length > 0 ? `Written anew: ${changed.join(", ")}\n` : "All pages say what the code says.\n",
  );
}
