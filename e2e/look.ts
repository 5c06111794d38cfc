import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** A phone and a desk. */
export const widths = [360, 1280] as const;

/**
 * Looks at a page as a phone and as a desk show it: axe finds nothing, nothing scrolls sideways, and where a folder is
 * given a picture is kept.
 */
export type Look = (page: Page, name: string) => Promise<void>;

export function looking(folder?: string): Look {
  let count = 0;
  return async (page, name) => {
    count += 1;
    if (folder) await mkdir(folder, { recursive: true });
    const before = page.viewportSize();
    for (const width of widths) {
      await page.setViewportSize({ width, height: width === 360 ? 780 : 900 });
      await page.evaluate(() => document.fonts.ready);
      const file = `${String(count).padStart(2, "0")}-${name}-${width}.png`;
      if (folder) await page.screenshot({ path: join(folder, file), fullPage: true });
      await assertFits(page, width);
      await assertAccessible(page, width);
    }
    if (before) await page.setViewportSize(before);
  };
}

async function assertFits(page: Page, width: number): Promise<void> {
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return undefined;
    const widest = [...document.querySelectorAll("body *")].find((one) => one.getBoundingClientRect().right > room + 1);
    return `${document.documentElement.scrollWidth} px; widest: ${widest?.outerHTML.slice(0, 200)}`;
  });
  assert.equal(wide, undefined, `${page.url()} scrolls sideways at ${width} px`);
}

async function assertAccessible(page: Page, width: number): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    at: nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`),
  }));
  assert.deepEqual(found, [], `axe at ${page.url()}, ${width} px`);
}
