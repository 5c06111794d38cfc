import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Card,
  type RegisterPatronRequest,
  type RegisterLibraryRequest,
} from "@lienthong/proto/identity/v1/service.ts";
import { type Library, LibraryKind, LibraryLevel, PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { Realm, Someone } from "@lienthong/testing/realm.ts";
import { type RunningService, runService } from "@lienthong/testing/running-service.ts";
import { permissions } from "../permissions.ts";
import { identity } from "../service.ts";

export type Identity = RunningService<"identity"> & {
  ministry(): Promise<Clients["identity"]>;
  /** Registers a library; a test states only what matters to it. */
  aLibrary(told?: Partial<RegisterLibraryRequest>): Promise<TestLibrary>;
};

export type TestLibrary = Library & {
  desk(): Promise<Clients["identity"]>;
  manager(): Promise<Clients["identity"]>;
  /** Registers a reader at this library's desk. */
  aPatron(told?: Partial<RegisterPatronRequest>): Promise<Card>;
};

/** Runs identity for a test, with secrets of its own; without a realm given, no account can be made or signed in. */
export async function anIdentity(
  options: { realm?: Realm; adminSecret?: string; realmName?: string } = {},
): Promise<Identity> {
  const secrets = mkdtempSync(join(tmpdir(), "identity-"));
  const secretFile = (name: string, secret: string) => {
    writeFileSync(join(secrets, name), secret, { mode: 0o600 });
    return join(secrets, name);
  };
  process.env.PIN_PEPPER_FILE = secretFile("pin-pepper", randomBytes(32).toString("hex"));
  process.env.KEYCLOAK_ADMIN_SECRET_FILE = secretFile("admin", options.adminSecret ?? "none");
  process.env.KEYCLOAK_REALM = options.realmName ?? "lienthong";
  const running = await runService("identity", identity, join(import.meta.dirname, ".."), permissions, {
    ...(options.realm ? { realm: options.realm } : {}),
  });
  const ministry = () => running.as({ roles: ["agency.ministry"], account: "the-ministry" });
  return {
    ...running,
    ministry,
    async aLibrary(told = {}) {
      const agency = await ministry();
      const library = orThrow(answered(await agency.registerLibrary({ ...aRegistration, ...told })));
      const staff = (role: string, more: Someone = {}) => running.as({ roles: [`${role}@${library.id}`], ...more });
      return {
        ...library,
        desk: () => staff("librarian.desk"),
        manager: () => staff("librarian.manager"),
        async aPatron(patron = {}) {
          const desk = await staff("librarian.desk");
          return orThrow(answered(await desk.registerPatron({ ...aReader(), ...patron })));
        },
      };
    },
  };
}

export const aRegistration: RegisterLibraryRequest = {
  id: "",
  name: "Thư viện thành phố Huế",
  kind: LibraryKind.PUBLIC,
  level: LibraryLevel.PROVINCE,
  province: "46",
  altIds: [],
  branches: [{ name: "Cơ sở chính", province: "46", commune: "Thuận Hóa", address: "29A Lê Quý Đôn", pickup: true }],
  from: "1977-06-01",
};

/** A reader nobody has seen before, with a card number of their own. */
export const aReader = (): RegisterPatronRequest => ({
  fullName: "Trần Thị Lan",
  birthDate: "1990-03-05",
  category: PatronCategory.ADULT,
  cardNumber: `TV${randomBytes(5).toString("hex").toUpperCase()}`,
  pin: "4711",
  paperSeen: "cccd",
});

/** What was asked for; a test that expects it fails with the refusal's code. */
export function orThrow<Value>(value: Value): Exclude<Value, { refused: unknown }> {
  if (isRefusal(value)) throw new Error(`Refused: ${value.refused.code} ${JSON.stringify(value.refused.details)}`);
  return value as Exclude<Value, { refused: unknown }>;
}

/** A reply in a word: the name of what was answered, or the reason of the refusal. */
export function inWords(reply: { outcome: { $case: string; value: unknown } | undefined }): string {
  if (reply.outcome?.$case !== "refused") return reply.outcome?.$case ?? "nothing";
  return (reply.outcome.value as { code: string }).code.split("/")[1] ?? "";
}
