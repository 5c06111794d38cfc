import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { faults } from "@lienthong/http/problem.ts";
import { declaredRefusals } from "@lienthong/rpc/refusal.ts";
import type { Service } from "@lienthong/service/service.ts";
import { frameSettings } from "@lienthong/service/settings.ts";
import { z } from "zod";
import { services } from "../services.ts";
import { diagramOf } from "./architecture-diagram.ts";
import { promisesTable } from "./reliability-page.ts";
import { type GatewayRoute, type Permissions, permissionsPage, portalRoutes, type Ruled } from "./permission-matrix.ts";

const repository = join(import.meta.dirname, "..", "..");

/** What every service says of itself, in the order in which they start. */
export async function declarations(): Promise<Service[]> {
  const found = await Promise.all(
    services.map(async ({ name }) => {
      const exported = await exportsOf(name, "service.ts");
      return Object.values(exported).find((value) => (value as Partial<Service> | null)?.name === name) as Service;
    }),
  );
  return found;
}

/** The pages that people read in the repository and that are made from code: path → text as it should be. */
export async function writtenPages(): Promise<Map<string, string>> {
  const declared = await declarations();
  const architecture = readFileSync(join(repository, "docs/architecture.md"), "utf8");
  const reliability = readFileSync(join(repository, "docs/reliability.md"), "utf8");
  const table = `<!-- promises -->\n${promisesTable()}\n<!-- /promises -->`;
  const picture = `<!-- diagram -->\n${diagramOf(declared)}\n<!-- /diagram -->`;
  return new Map([
    ["docs/architecture.md", architecture.replace(/<!-- diagram -->[\s\S]*<!-- \/diagram -->/, () => picture)],
    ["docs/errors.md", await errorsPage()],
    ["docs/reliability.md", reliability.replace(/<!-- promises -->[\s\S]*<!-- \/promises -->/, () => table)],
    ["docs/permissions.md", await permissionsPageNow(declared)],
    ["docs/settings.md", await settingsPage()],
  ]);
}

async function permissionsPageNow(declared: readonly Service[]): Promise<string> {
  const { routes } = await exportsOf("gateway", "routes.ts");
  return permissionsPage(await ruledCalls(declared), routes as GatewayRoute[], portalRoutes(repository));
}

/** The calls of every service that answers any, with who may make them. */
export async function ruledCalls(declared: readonly Service[]): Promise<Ruled[]> {
  const answering = declared.filter(({ definition }) => Object.keys(definition).length > 0);
  return Promise.all(
    answering.map(async ({ name, definition }) => {
      const { permissions } = await exportsOf(name, "permissions.ts");
      return { name, calls: Object.keys(definition), permissions: permissions as Permissions };
    }),
  );
}

/** Writes the pages whose text has changed. @returns their paths */
export async function writePages(): Promise<string[]> {
  const changed: string[] = [];
  for (const [path, text] of await writtenPages()) {
    const file = join(repository, path);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    writeFileSync(file, text);
    changed.push(path);
  }
  return changed;
}

/** The sentences for people, by the refusals' codes. */
export async function refusalTexts(): Promise<{ vi: Record<string, string>; en: Record<string, string> }> {
  const vi = await exportsOf("portal", "texts/refusals-vi.ts");
  const en = await exportsOf("portal", "texts/refusals-en.ts");
  return { vi: vi.refusalsVi as Record<string, string>, en: en.refusalsEn as Record<string, string> };
}

async function errorsPage(): Promise<string> {
  const { vi, en } = await refusalTexts();
  const rows = [...declaredRefusals].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "# Refusals and faults",
    "",
    "Made from the code (`npm run generate`); `npm run check` fails when it differs.",
    "",
    "A refusal is an answer that a rule gives: over gRPC `outcome.refused`, over REST a problem (RFC 9457) with its code.",
    "",
    "| code | means | tiếng Việt | English |",
    "|---|---|---|---|",
    ...rows.map(([code, meaning]) => `| \`${code}\` | ${meaning} | ${vi[code] ?? ""} | ${en[code] ?? ""} |`),
    "",
    "A fault is answered by the frame:",
    "",
    "| code | HTTP | title |",
    "|---|---|---|",
    ...Object.entries(faults).map(([kind, { status, title }]) => `| \`frame/${kind}\` | ${status} | ${title} |`),
    "",
  ].join("\n");
}

async function settingsPage(): Promise<string> {
  const lines = [
    "# Settings",
    "",
    "Made from the code. Every service reads them from its environment; a wrong one stops its start with its name.",
    "",
  ];
  const table = (title: string, shape: Record<string, z.ZodType>) => {
    lines.push(`## ${title}`, "", "| setting | means | unless set |", "|---|---|---|");
    for (const [name, type] of Object.entries(shape)) {
      const otherwise = type instanceof z.ZodDefault ? `\`${String(type.def.defaultValue)}\`` : "must be set";
      lines.push(
        `| \`${name}\` | ${type.description ?? innerDescription(type)} | ${type.safeParse(undefined).success && !(type instanceof z.ZodDefault) ? "may be left out" : otherwise} |`,
      );
    }
    lines.push("");
  };
  table("Every service", frameSettings);
  for (const { name } of services) {
    // A service that needs nothing beside what every service is told has no settings of its own.
    if (!existsSync(join(repository, "services", name, "settings.ts"))) continue;
    const shapes = Object.values(await exportsOf(name, "settings.ts")).filter(isShape);
    for (const shape of shapes) table(name, shape);
  }
  return lines.join("\n");
}

const innerDescription = (type: z.ZodType): string =>
  type instanceof z.ZodDefault ? ((type.def.innerType as z.ZodType).description ?? "") : "";

const isShape = (value: unknown): value is Record<string, z.ZodType> =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).length > 0 &&
  Object.values(value).every((each) => each instanceof z.ZodType);

async function exportsOf(service: string, file: string): Promise<Record<string, unknown>> {
  return import(pathToFileURL(join(repository, "services", service, file)).href) as Promise<Record<string, unknown>>;
}
