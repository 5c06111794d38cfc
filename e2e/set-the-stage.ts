import assert from "node:assert/strict";
import { until } from "@lienthong/testing/until.ts";
import { sampleLibraries } from "../deploy/sample-world/libraries.ts";
import type { Api, CheckedIn, Problem } from "./api.ts";
import type { Cast } from "./cast.ts";
import { book, sameBookElsewhere } from "./story-file.ts";

// From its reader by way of two desks home, and a hold or two to end on the way.
const stationsMax = 10;
// Right after thousands of records were taken in, circulation is still hearing of their items.
const hearingMsMax = 900_000;

/** Lets the third library have the book of the story, and brings home what a story that was broken off left elsewhere. */
export async function setTheStage(api: Api, { third }: Cast): Promise<void> {
  const copy = { library: third.code, ...third.copy };
  const made = await api.importFile(third.code, "cung-an-pham.mrc", await sameBookElsewhere(copy));
  assert.ok("read" in made, `The same book could not be given to ${third.name}: ${JSON.stringify(made)}`);
  await bringHome(api, book);
}

/** Takes in every copy of a title wherever it says that it goes, and ends the holds it would serve, until all are at home. */
export async function bringHome(api: Api, { words, title }: { words: string; title: string }): Promise<void> {
  const found = await api.search(words);
  assert.ok("hits" in found, `Nothing could be searched: ${JSON.stringify(found)}`);
  for (const { id } of found.hits.filter((hit) => hit.title.startsWith(title))) {
    const opened = await api.title(id);
    assert.ok("copies" in opened, `${title} could not be opened: ${JSON.stringify(opened)}`);
    for (const { library, barcode } of opened.copies) await bringCopyHome(api, library, barcode);
  }
}

/** Waits until so many copies of the story's book are seen on shelves. */
export async function untilOnShelf(api: Api, copies: number): Promise<void> {
  await until(
    () => api.search(book.words),
    (found) =>
      "hits" in found && found.hits.some((hit) => hit.title.startsWith(book.title) && hit.available === copies),
    hearingMsMax,
  );
}

const isKnown = (answer: CheckedIn | Problem) => "step" in answer || !answer.code?.endsWith("/item-unknown");

async function bringCopyHome(api: Api, owner: string, barcode: string): Promise<void> {
  let at = owner;
  for (let station = 0; station < stationsMax; station += 1) {
    const desk = at;
    const answer: CheckedIn | Problem = await until(() => api.checkIn(desk, barcode), isKnown, hearingMsMax);
    assert.ok("step" in answer, `${barcode} could not be brought home: ${JSON.stringify(answer)}`);
    if (answer.step === "shelve") return;
    if (answer.holdId) for (const { code } of sampleLibraries) await api.cancelHold(code, answer.holdId);
    else at = sampleLibraries.find(({ name }) => name === answer.toLibraryName)?.code ?? owner;
  }
  assert.fail(`${barcode} did not come home in ${stationsMax} steps`);
}
