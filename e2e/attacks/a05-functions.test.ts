import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { may, type Permission } from "@lienthong/auth/permission.ts";
import { portalRoutes } from "../../deploy/check/permission-matrix.ts";
import { routes } from "../../services/gateway/routes.ts";
import { rules } from "./asks.ts";
import { actorIn, type Cookies, signedInAtPortal, tokenOf, visit } from "./people.ts";
import { closeChannels, gateway } from "./platform.ts";
import { hanoi, hue, readerOf, type Things, theThings } from "./stage.ts";

let things: Things;
before(async () => {
  things = await theThings();
});
after(closeChannels);

/** Behind each door for programs stands one call, and what the services say of it holds for the door. */
const behind: Record<string, Permission | readonly Permission[] | undefined> = {
  searchTitles: rules.catalogue.search,
  getTitle: rules.catalogue.getTitle,
  listLibraries: rules.identity.listLibraries,
  getLibrary: rules.identity.getLibrary,
  placeHold: rules.circulation.placeHold,
  cancelHold: rules.circulation.cancelHold,
  myAccount: rules.circulation.myAccount,
  checkOut: rules.circulation.checkOut,
  checkIn: rules.circulation.checkIn,
  renew: rules.circulation.renew,
  pickList: rules.circulation.pickList,
  startImport: rules.catalogue.startImport,
  getImport: rules.catalogue.getImport,
  listQuarantine: rules.catalogue.listQuarantine,
  exportTitleMapping: rules.catalogue.titleMapping,
};

/** Doors whose question names somebody else's thing: it must look as if it were not there. */
const othersThings: Record<string, (of: Things) => string> = {
  cancelHold: ({ holdId }) => holdId,
  getImport: ({ importId }) => importId,
  listQuarantine: ({ importId }) => importId,
};
const bodies: Record<string, (of: Things) => object> = {
  placeHold: ({ branchId }) => ({ titleId: "u00000000000000000000", pickupBranchId: branchId }),
  checkOut: ({ cardNumber }) => ({ cardNumber, barcode: "không có" }),
  checkIn: () => ({ barcode: "không có" }),
  renew: ({ loanId }) => ({ loanId }),
};
const stranger404 = new Set([...Object.keys(othersThings), "renew"]);

const callers: readonly { who: string; as?: string; at?: string }[] = [
  { who: "nobody" },
  { who: "another reader", as: readerOf(1).username },
  { who: "another reader, who names the library", as: readerOf(1).username, at: hanoi.code },
  { who: "staff of another library", as: hue.librarian.username },
  { who: "staff of another library, who name this one", as: hue.librarian.username, at: hanoi.code },
  { who: "a desk's program elsewhere", as: "sample-desk", at: hue.code },
  { who: "a cataloguer's program elsewhere", as: "sample-cataloguer", at: hue.code },
  { who: "the ministry", as: "setup" },
];

test("A5: no door for programs does for anybody what the call behind it would not", async () => {
  assert.deepEqual(Object.keys(behind).sort(), routes.map(({ name }) => name).sort(), "a row for each door");
  const wrong: string[] = [];
  for (const { who, as, at } of callers) {
    for (const { name, method, path, file } of routes) {
      const token = as === undefined ? undefined : await tokenOf(as);
      // These doors act for the library that they name, whatever the header says.
      const named = path.includes("{code}") || name === "exportTitleMapping" ? hanoi.code : at;
      const url = path
        .replace("{code}", hanoi.code)
        .replace("{id}", othersThings[name]?.(things) ?? things.titleId)
        .concat(name === "exportTitleMapping" ? `?library=${hanoi.code}` : "");
      const answer = await gateway(url, token, {
        method,
        headers: {
          ...(at ? { library: at } : {}),
          ...(file
            ? { "content-type": "application/marc" }
            : bodies[name]
              ? { "content-type": "application/json" }
              : {}),
        },
        ...(file ? { body: "00026" } : bodies[name] ? { body: JSON.stringify(bodies[name](things)) } : {}),
      });
      const said = await answer.text();
      const allowed = may(actorIn(token, named), behind[name]!);
      const expected = allowed ? (stranger404.has(name) ? [404] : undefined) : [token === undefined ? 401 : 403];
      const fits = expected ? expected.includes(answer.status) : ![401, 403].includes(answer.status);
      if (!fits) wrong.push(`${name} by ${who}: ${answer.status} ${said.slice(0, 100)}`);
      // Where nobody may know of it the answer names neither service nor statement nor address.
      if (/postgres|SELECT|\bat .*\.ts:|127\.0\.0\.1|grpc/i.test(said)) wrong.push(`${name} tells ${who}: ${said}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("A5: the doors that are open to their own are open", async () => {
  const reader = await tokenOf(readerOf(0).username);
  const staff = await tokenOf(hanoi.librarian.username);
  const own: [path: string, token: string][] = [
    ["/api/v1/me/account", reader],
    [`/api/v1/libraries/${hanoi.code}/pick-list`, staff],
    [`/api/v1/imports/${things.importId}`, staff],
    [`/api/v1/imports/${things.importId}/quarantine`, staff],
    [`/api/v1/exports/title-mapping?library=${hanoi.code}`, staff],
  ];
  for (const [path, token] of own) assert.equal((await gateway(path, token)).status, 200, path);
});

const repository = join(import.meta.dirname, "../..");
const addressOf = (path: string) =>
  path
    .replace("/quan-ly/nhap/:id", `/quan-ly/nhap/${things.importId}`)
    .replace("/sach-cua-toi/:hold/huy", `/sach-cua-toi/${things.holdId}/huy`)
    .replace(/\/sach-cua-toi\/:\w+/, `/sach-cua-toi/${things.loanId}`)
    .replace(/:\w+/, things.titleId);

/** What a page of the portal answers to those whom it is not for, and to staff of another library. */
function expectedAt(kind: string, audience: string, signedIn: boolean, roles: readonly string[]): number[] | undefined {
  if (audience === "anyone") return undefined;
  if (!signedIn) return kind === "page" ? [303] : kind === "live" ? [303, 401] : [401];
  return audience === "patron" || roles.includes(audience) ? undefined : [403];
}

test("A5: every page and form of the portal turns away those for whom it is not, and shows nothing of another library", async () => {
  const visitors: [who: string, cookies: Cookies, roles: string[]][] = [
    ["nobody", new Map(), []],
    ["another reader", await signedInAtPortal(readerOf(1).username), []],
    ["staff of another library", await signedInAtPortal(hue.librarian.username), ["desk", "cataloguer", "manager"]],
  ];
  const found = portalRoutes(repository);
  assert.ok(found.length >= 29, `${found.length} addresses`);
  const secrets = [things.loanId, things.holdId, things.barcode, readerOf(0).name, "phep-thu.mrc"];
  const wrong: string[] = [];
  for (const [who, cookies, roles] of visitors) {
    for (const { kind, path, for: audience } of found) {
      const form = new URLSearchParams({ "ma-yeu-cau": crypto.randomUUID(), request: crypto.randomUUID() });
      const answer = await visit(cookies, addressOf(path), kind === "action" ? { method: "POST", body: form } : {});
      const expected = expectedAt(kind, audience, cookies.size > 0, roles);
      if (expected && !expected.includes(answer.status)) wrong.push(`${kind} ${path} by ${who}: ${answer.status}`);
      // A stream about what is another library's ends at once, as one about nothing does.
      const said = await answer.text();
      if (kind === "live" && answer.status === 200 && said !== "") wrong.push(`${path} streams ${who} ${said}`);
      const told = secrets.filter((secret) => said.includes(secret) && !addressOf(path).includes(secret));
      if (told.length > 0) wrong.push(`${path} shows ${who} ${told.join(", ")}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("A5: the portal's pages show those whose they are what is theirs", async () => {
  const reader = await signedInAtPortal(readerOf(0).username);
  assert.match(await (await visit(reader, "/sach-cua-toi")).text(), new RegExp(things.loanId));
  const staff = await signedInAtPortal(hanoi.librarian.username);
  for (const { kind, path, for: audience } of portalRoutes(repository)) {
    if (kind !== "page" || ["anyone", "patron"].includes(audience)) continue;
    assert.equal((await visit(staff, addressOf(path))).status, 200, path);
  }
});
