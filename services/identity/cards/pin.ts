import { createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import { ownSettings } from "../settings.ts";

export const aPin = z.string().regex(/^\d{4,8}$/, "4 to 8 digits");

// 16 MB and some hundredths of a second a try: a stolen database is worth little without the pepper, and not much with it.
const cost = { N: 16_384, r: 8, p: 1 };
const derive = promisify<string | Buffer, Buffer, number, object, Buffer>(scrypt);

// A card of which no PIN is known, as after a library's old cards were taken over: no try proves it.
const noPin = "none";

/** A PIN as the database keeps it: `scrypt$N$r$p$salt$hash`, mixed with a pepper that is not in the database. */
export async function hashPin(pin: string): Promise<string> {
  if (pin === "") return noPin;
  const salt = randomBytes(16);
  const hash = await derive(peppered(pin), salt, 32, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Whether this is the PIN that was kept. Without one kept it takes as long and says no: time tells nothing of a card. */
export async function isPin(pin: string, kept: string | undefined): Promise<boolean> {
  const proof = kept === noPin ? undefined : kept;
  const [, n, r, p, salt, hash] = (proof ?? `scrypt$${cost.N}$${cost.r}$${cost.p}$AAAA$${"A".repeat(43)}`).split("$");
  const wanted = Buffer.from(hash ?? "", "base64url");
  const given = await derive(peppered(pin), Buffer.from(salt ?? "", "base64url"), wanted.length, {
    N: Number(n),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(given, wanted) && proof !== undefined;
}

const peppered = (pin: string) => createHmac("sha256", ownSettings().PIN_PEPPER_FILE).update(pin).digest();
