import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { openApi } from "./api.ts";
import { asAReader } from "./as-a-reader.ts";
import { atTheDesk } from "./at-the-desk.ts";
import { openScreen } from "./browser.ts";
import type { Cast } from "./cast.ts";
import type { Look } from "./look.ts";
import { setTheStage, untilOnShelf } from "./set-the-stage.ts";
import { signInTo } from "./sign-in.ts";
import { book, brokenRecords, storyFile } from "./story-file.ts";
import type { Surroundings } from "./surroundings.ts";

/** Plays one step under its name; the story ends where a step fails. */
export type Play = <Result>(step: string, work: () => Promise<Result>) => Promise<Result>;

export type Ask = {
  browser: Browser;
  surroundings: Surroundings;
  cast: Cast;
  look: Look;
  play: Play;
  /** What somebody wants to see imported besides the story's own file. */
  file?: { name: string; bytes: Buffer } | undefined;
  say(line: string): void;
};

/**
 * One book through the whole platform: from a file to a found title, a hold from another library, a journey, a loan, a
 * return, and the next reader in line. What it found it leaves as it was, so that it can be played again.
 */
export async function playStory({ browser, surroundings, cast, look, play, file, say }: Ask): Promise<void> {
  const { owner, near, third, reader, nextReader } = cast;
  const { portalUrl, password } = surroundings;
  const place = { typed: near.branchTyped, name: near.branch };
  const api = openApi(surroundings);
  const screens = await Promise.all([1280, 1280, 1280, 360, 360].map((width) => openScreen(browser, width)));
  const pages = await Promise.all(screens.map((screen) => screen.newPage()));
  const [ownerPage, nearPage, thirdPage, readerPage, nextPage] = pages as [
    (typeof pages)[0] & {},
    (typeof pages)[0] & {},
    (typeof pages)[0] & {},
    (typeof pages)[0] & {},
    (typeof pages)[0] & {},
  ];
  const ownerDesk = atTheDesk(ownerPage, portalUrl, look);
  const nearDesk = atTheDesk(nearPage, portalUrl, look);
  const thirdDesk = atTheDesk(thirdPage, portalUrl, quietly);
  const her = asAReader(readerPage, portalUrl, look);
  const next = asAReader(nextPage, portalUrl, quietly);

  try {
    await play(`${third.name} has the book that the story is about`, () => setTheStage(api, cast));
    await play(`${owner.librarian.name} drops a MARC file and watches it come in`, async () => {
      await signInTo(ownerPage, `${portalUrl}/quan-ly/nhap`, owner.librarian.username, password);
      const bytes = await storyFile({ library: owner.code, ...owner.copy });
      say(`progress seen: ${(await ownerDesk.dropFile("bieu-ghi-moi.mrc", bytes)).join(" ")}`);
      const aside = await ownerDesk.quarantine();
      for (const one of aside) say(one.replaceAll("\n", " "));
      assert.equal(aside.length, brokenRecords, "every broken record is set aside, and no other");
    });
    if (file) {
      await play(`${owner.librarian.name} drops ${file.name} besides`, async () => {
        say(`progress seen: ${(await ownerDesk.dropFile(file.name, file.bytes)).join(" ")}`);
      });
    }
    await play(`a reader of ${third.name} takes its copy home`, async () => {
      await untilOnShelf(api, 2);
      await signInTo(thirdPage, `${portalUrl}/quay/muon`, third.librarian.username, password);
      await thirdDesk.lend(third.reader.card, third.copy.barcode);
      await untilOnShelf(api, 1);
    });
    await play(`${reader.name} types three words without marks and finds one title`, async () => {
      const hits = await her.find(book.words, book.title);
      assert.equal(await hits.count(), 1, "the records of all libraries are one title");
      const places = await her.open(hits);
      for (const library of [owner, third])
        assert.ok(
          places.some((said) => said.includes(library.name)),
          `${library.name} is among ${places.join("; ")}`,
        );
    });
    await play("she signs in, asks for it and picks the library near her", () =>
      her.hold(place, { username: reader.username, password }),
    );
    await play(`the pick list of ${owner.name} shows it; a scan captures it and sends it off`, async () => {
      await ownerDesk.pick(owner.copy.barcode, near.branch);
      await her.sees(book.title, `Đang trên đường đến ${near.branch}`, "cua-toi-tren-duong");
    });
    await play(`the desk of ${near.name} scans it in, and she reads that it waits for her`, async () => {
      await signInTo(nearPage, `${portalUrl}/quay/luan-chuyen`, near.librarian.username, password);
      await nearDesk.receive(owner.copy.barcode, "Giá chờ lấy");
      await nearDesk.holdShelf(owner.copy.barcode);
      await her.sees(book.title, "đang chờ bạn lấy", "cua-toi-da-ve");
    });
    await play("she borrows it with her card", async () => {
      await nearDesk.lend(reader.card, owner.copy.barcode);
      await her.sees(book.title, "Đang mượn", "cua-toi-dang-muon");
    });
    await play(`${nextReader.name} asks for it too and is next in line`, async () => {
      const hits = await next.find(book.words, book.title);
      await next.open(hits);
      await next.hold(place, { username: nextReader.username, password });
      await next.sees(book.title, "đầu hàng chờ", "cua-toi-hang-cho");
    });
    await play("she returns it, and it is kept for the next reader", async () => {
      await nearDesk.takeBack(owner.copy.barcode, "Giá chờ lấy");
      await her.seesNoMore(book.title);
      await next.sees(book.title, "đang chờ bạn lấy", "cua-toi-den-luot");
    });
    await play("the next reader changes his mind, and the book travels home", async () => {
      await next.cancelHold(book.title);
      await ownerDesk.receive(owner.copy.barcode, "Về kệ");
      await thirdDesk.takeBack(third.copy.barcode, "Về kệ");
      await untilOnShelf(api, 2);
    });
  } finally {
    await Promise.all(screens.map((screen) => screen.close()));
  }
}

const quietly: Look = () => Promise.resolve();
