import { until } from "@lienthong/testing/until.ts";
import type { Locator, Page } from "playwright-core";
import type { Look } from "./look.ts";

/** A librarian at work: the places of the spine, and a scanner. */
export function atTheDesk(page: Page, portalUrl: string, look: Look) {
  const open = async (path: string) => {
    await page.goto(`${portalUrl}${path}`);
    await page.locator("main").waitFor();
  };
  const scan = async (code: string) => {
    const field = page.locator("#ma");
    await field.fill(code);
    await field.press("Enter");
  };
  const result = (says: string) => page.locator("#quay .big", { hasText: says }).waitFor();

  return {
    /** Waits until a page shows what an event will bring, asking for it anew. */
    async see(path: string, what: (page: Page) => Locator): Promise<void> {
      await open(path);
      await until(async () => (await what(page).count()) > 0 || (await page.reload(), false));
    },

    /** Drops a MARC file and watches its import to the end. @returns the progress that was seen on the way */
    async dropFile(name: string, bytes: Buffer): Promise<string[]> {
      await open("/quan-ly/nhap");
      await look(page, "nhap");
      await page.locator("input[type=file]").setInputFiles({ name, mimeType: "application/marc", buffer: bytes });
      await page.getByRole("button", { name: "Tải lên và nhập" }).click();
      const progress = page.locator("#tien-do");
      await progress.waitFor();
      const seen = new Set<string>();
      await until(
        async () => {
          seen.add((await progress.locator("h2").textContent()) ?? "");
          return progress.getAttribute("data-done");
        },
        (done) => done !== null,
        120_000,
      );
      seen.add((await progress.locator("h2").textContent()) ?? "");
      // What was set aside is listed record by record on the page as it is asked for afterwards.
      await page.reload();
      await look(page, "lan-nhap");
      return [...seen];
    },

    /** What was set aside: how many, and each with its place and reason. */
    async quarantine(): Promise<string[]> {
      return page.locator("#tung-bieu-ghi li").allInnerTexts();
    },

    /** Lends an item to the bearer of a card. */
    async lend(card: string, barcode: string): Promise<void> {
      await open("/quay/muon");
      await look(page, "muon-bat-dau");
      await scan(card);
      await page.waitForURL((url) => url.searchParams.has("luot"));
      await look(page, "muon-ban-doc");
      await scan(barcode);
      await page.locator("#quay tr", { hasText: barcode }).waitFor();
      await look(page, "muon-da-muon");
      await page.getByRole("button", { name: "Xong" }).click();
      await page.waitForURL((url) => url.pathname === "/quay/muon" && !url.searchParams.has("luot"));
    },

    /** Takes an item back. @param says where it goes, as the desk is told */
    async takeBack(barcode: string, says: string): Promise<void> {
      await open("/quay/tra");
      await scan(barcode);
      await result(says);
      await look(page, "tra");
    },

    /** @returns the barcode of the copy that the pick list wants of a title */
    async toPick(title: string): Promise<string> {
      const row = (shown: Page) => shown.locator("li.pick", { hasText: title });
      await this.see("/quay/lay-sach", row);
      return row(page).locator("> span.num").first().innerText();
    },

    /** Fetches an item from its shelf for the hold that it was chosen for, and scans it. */
    async pick(barcode: string, says: string): Promise<void> {
      await this.see("/quay/lay-sach", (shown) => shown.locator("li.pick", { hasText: barcode }));
      await look(page, "lay-sach");
      await scan(barcode);
      await result(says);
      await look(page, "lay-sach-da-quet");
    },

    /** Takes in what has travelled here. */
    async receive(barcode: string, says: string): Promise<void> {
      await this.see("/quay/luan-chuyen", (shown) => shown.locator("tr", { hasText: barcode }));
      await look(page, "luan-chuyen");
      await scan(barcode);
      await result(says);
      await look(page, "luan-chuyen-da-nhan");
    },

    async holdShelf(barcode: string): Promise<void> {
      await this.see("/quay/gia-cho", (shown) => shown.locator("tr", { hasText: barcode }));
      await look(page, "gia-cho");
    },
  };
}

export type Desk = ReturnType<typeof atTheDesk>;
