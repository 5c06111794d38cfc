import { createHash } from "node:crypto";
import { ownSettings } from "../settings.ts";

// Words come in as canon or fold, already lower case and parted by blanks: the engine only cuts at the blanks. Each
// spelling of a title is an entry of its own, and a phrase does not run from one into the next.
const words = { type: "text", analyzer: "whitespace", position_increment_gap: 100 };
// Words of a query may lie in several fields, and all must be in one document: the engine lays them together by itself.
const canons = { ...words, copy_to: "all_canon" };
const folds = { ...words, copy_to: "all_fold" };
const exact = { type: "keyword" };

const properties = {
  id: exact,
  title_canon: canons,
  title_fold: folds,
  author_canon: canons,
  author_fold: folds,
  subject_fold: folds,
  // These are found among all words alone; the others are publisher, place, year, series.
  subject_canon: { type: "text", index: false, copy_to: "all_canon" },
  other_canon: { type: "text", index: false, copy_to: "all_canon" },
  other_fold: { type: "text", index: false, copy_to: "all_fold" },
  all_canon: words,
  all_fold: words,
  title_whole_canon: exact,
  title_whole: exact,
  title_order: exact,
  numbers: exact,
  library: exact,
  province: exact,
  kind: exact,
  language: exact,
  year: exact,
  availability: exact,
  available_at: exact,
  available_in: exact,
  holders: { type: "integer" },
  // What a result shows; it is kept and given back, never searched.
  hit: { type: "object", enabled: false },
};

/** How soon a change is searchable after its writing. */
export const shownEvery = "500ms";
/** The same while many titles wait to be written: each showing makes a segment, which is merged again soon after. */
export const manyShownEvery = "2s";

/** How an index of titles is made. While it is filled nobody searches it, and nothing is shown. */
export const indexBody = () => ({
  settings: {
    index: {
      number_of_shards: ownSettings().SEARCH_SHARDS,
      number_of_replicas: ownSettings().SEARCH_REPLICAS,
      refresh_interval: "-1",
    },
  },
  mappings: { dynamic: "strict", properties },
});

// Raised when the same fields come to say something else: 2 tells what is not known apart from what is on loan.
const meaning = 2;

/** Changes when documents are laid out anew: an index of another mapping is filled again. */
export const mappingHash = createHash("sha256")
  .update(JSON.stringify({ ...properties, meaning }))
  .digest("hex")
  .slice(0, 16);
