import assert from "node:assert/strict";
import { test } from "node:test";
import { actingAt, type Actor, nobody, readRole } from "./actor.ts";
import { anyone, desk, manager, may, ministry, own, signedIn } from "./permission.ts";

const person = (...roles: string[]): Actor => ({
  ...nobody,
  kind: "person",
  id: "account",
  personId: "0190d1c0-0000-7000-8000-000000000001",
  roles: roles.map(readRole),
});

test("who may do what follows from roles at the library acted for", () => {
  const lan = person("librarian.desk@VN-000001P", "librarian.manager@VN-7K2M4QW");
  const cases: [string, Actor, Parameters<typeof may>[1], boolean][] = [
    ["nobody searches", nobody, anyone, true],
    ["nobody has loans", nobody, own, false],
    ["a first sign-in comes before the person is known", { ...person(), personId: null }, signedIn, true],
    ["nobody is signed in", nobody, signedIn, false],
    ["a program does not sign in as a person", { ...person(), kind: "client" }, signedIn, false],
    ["a person has loans", person(), own, true],
    ["a person lends", person(), desk, false],
    ["staff of two libraries who names none acts for none", actingAt(lan, undefined), desk, false],
    ["staff lends where they are at the desk", actingAt(lan, "VN-000001P"), desk, true],
    ["staff lends where they only manage", actingAt(lan, "VN-7K2M4QW"), desk, false],
    ["staff manages there", actingAt(lan, "VN-7K2M4QW"), [desk, manager], true],
    ["staff acts for a foreign library", actingAt(lan, "VN-ZZZZZZZ"), desk, false],
    ["one library only needs no naming", actingAt(person("librarian.desk@VN-000001P"), undefined), desk, true],
    ["the ministry registers", person("agency.ministry"), ministry, true],
    [
      "a library's role is none of the platform",
      actingAt(person("agency.ministry@VN-000001P"), undefined),
      ministry,
      false,
    ],
  ];
  for (const [what, actor, permission, expected] of cases) assert.equal(may(actor, permission), expected, what);
});
