import type { Page } from "playwright-core";
import type { Look } from "./look.ts";

/** Signs in on the one page where anybody does. */
export async function signInHere(page: Page, username: string, password: string, look?: Look): Promise<void> {
  const name = page.locator("input[name=username]");
  await name.waitFor();
  if (look) await look(page, "dang-nhap");
  await name.fill(username);
  await page.locator("input[name=password]").fill(password);
  await page.locator("#kc-login").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/realms/"));
}

/** Opens a page for which one must sign in, and does so. */
export async function signInTo(page: Page, url: string, username: string, password: string): Promise<void> {
  await page.goto(url);
  if (new URL(page.url()).pathname.startsWith("/realms/")) await signInHere(page, username, password);
  // The inside of our own error pages would be waited for in vain.
  await page.locator("main").waitFor();
}
