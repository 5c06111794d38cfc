import assert from "node:assert/strict";
import { until } from "@lienthong/testing/until.ts";
import type { Locator, Page } from "playwright-core";
import type { Look } from "./look.ts";
import { signInHere } from "./sign-in.ts";

/** A citizen with a phone. */
export function asAReader(page: Page, portalUrl: string, look: Look) {
  const mine = `${portalUrl}/sach-cua-toi`;
  return {
    /** Types words and looks at what is found. @returns the hits that bear the title */
    async find(words: string, title: string): Promise<Locator> {
      await page.goto(portalUrl);
      await look(page, "trang-chu");
      await page.locator("#q").fill(words);
      await page.locator("#q").press("Enter");
      await page.locator("#ket-qua").waitFor();
      const hits = page.locator("li.res", { hasText: title });
      await until(async () => (await hits.count()) > 0 || (await page.reload(), false));
      await look(page, "ket-qua");
      return hits;
    },

    /** Opens a hit. @returns what the page says of each place that has it */
    async open(hit: Locator): Promise<string[]> {
      await hit.locator("h2 a").click();
      await page.locator("#noi").waitFor();
      await look(page, "an-pham");
      return page.locator("#noi li").allInnerTexts();
    },

    /** Asks for the title that is open; signs in where that is asked. */
    async hold(place: { typed: string; name: string }, account: { username: string; password: string }): Promise<void> {
      await page.locator(".best a.btn").click();
      if (new URL(page.url()).origin !== new URL(portalUrl).origin)
        await signInHere(page, account.username, account.password, look);
      await page.locator("#tim").fill(place.typed);
      await page.locator("#tim").press("Enter");
      await page.locator("label.choice", { hasText: place.name }).click();
      await look(page, "noi-nhan");
      await page.getByRole("button", { name: "Tiếp tục" }).click();
      await page.locator("#xac-nhan").waitFor();
      await look(page, "xac-nhan");
      await page.locator("#xac-nhan").getByRole("button", { name: "Đặt mượn" }).click();
      const refused = page.locator("#xac-nhan [role=alert]");
      await Promise.race([page.waitForURL((url) => url.pathname.endsWith("/xong")), refused.waitFor()]);
      assert.equal(await refused.count(), 0, `The hold was refused: ${await refused.allInnerTexts()}`);
      await look(page, "da-dat");
    },

    /** Looks into "my books" until they say this of the title. */
    async sees(title: string, says: string, name: string): Promise<void> {
      await page.goto(mine);
      const line = page.locator("#cua-toi", { hasText: title }).filter({ hasText: says });
      await until(async () => (await line.count()) > 0 || (await page.reload(), false));
      await look(page, name);
    },

    async seesNoMore(title: string): Promise<void> {
      await page.goto(mine);
      await until(
        async () => (await page.locator("#cua-toi", { hasText: title }).count()) === 0 || (await page.reload(), false),
      );
    },

    async cancelHold(title: string): Promise<void> {
      await page.goto(mine);
      await page.locator("li.hd", { hasText: title }).getByRole("button", { name: "Hủy đặt mượn" }).click();
      await page.locator("li.hd", { hasText: title }).waitFor({ state: "detached" });
    },
  };
}

export type ReaderAtPhone = ReturnType<typeof asAReader>;
