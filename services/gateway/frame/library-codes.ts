import type { Clients } from "@lienthong/rpc/clients.ts";
import { notFound } from "@lienthong/rpc/fault.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";

const ownCode = /^VN-[0-9A-HJKMNP-TV-Z]{6}[0-9A-Z]$/;
const keptMs = 60_000;
// There are some fifty thousand libraries; a flood of made-up codes is never kept, since only found ones are.
const keptMax = 100_000;

/**
 * Makes the function that resolves libraries' codes. Our own codes pass as they are: they are permanent, and whether one
 * exists is for the service to say that is asked. Codes from outside are asked for at identity and kept for a minute.
 */
export function libraryCodes(identity: Clients["identity"]): (code: string) => Promise<string> {
  const kept = new Map<string, { id: string; until: number }>();
  return async (code) => {
    if (ownCode.test(code)) return code;
    const known = kept.get(code);
    if (known && known.until > Date.now()) return known.id;
    const found = answered(await identity.getLibrary({ code, on: "" }));
    if (isRefusal(found)) throw notFound("library");
    if (kept.size >= keptMax) kept.clear();
    kept.set(code, { id: found.id, until: Date.now() + keptMs });
    return found.id;
  };
}
