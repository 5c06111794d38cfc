import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
// A page of ours is there within a second or two; a machine at its limits gets ten times that.
const patienceMs = 30_000;

/** A real browser without a window. Where none is on this machine, root installs one. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await browserHere(), headless: true, args: flags });
}

/**
 * What one person sees: cookies, sign-in and storage of their own.
 * @param width of the screen in pixels: 360 is a phone, 1280 a desk
 */
export async function openScreen(browser: Browser, width: number): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 780 : 900 },
    locale: "vi-VN",
    timezoneId: "Asia/Ho_Chi_Minh",
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(patienceMs);
  return context;
}

async function browserHere(): Promise<string> {
  const named = process.env.CHROMIUM;
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM is "${named}", and no program is there; give the path of a Chromium, or leave it out.`);
  }
  const found = places.find((place) => existsSync(place)) ?? (await install());
  if (found) return found;
  throw new Error(
    "No browser is on this machine. As root: apt-get update && apt-get install -y --no-install-recommends chromium; or name one in CHROMIUM.",
  );
}

/** @returns where it is now; undefined where it could not be installed */
async function install(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const ready = (await run("apt-get", ["update"])) && (await run("apt-get", packages));
  return ready ? places.find((place) => existsSync(place)) : undefined;
}

const packages = ["install", "-y", "--no-install-recommends", "chromium"];

async function run(program: string, args: string[]): Promise<boolean> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"], env });
  const [code] = await Promise.race([once(child, "exit"), once(child, "error").then(() => [1])]);
  return code === 0;
}
