import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Places } from "../run/places.ts";
import { mavenCopy } from "./archive.ts";
import { locked } from "./lock.ts";
import { assertChecksum, partFolder } from "./part-folder.ts";

/** Fetches OpenSearch, which is put together from its jars: no distribution of it lies in a registry. Gives its folder. */
export async function fetchOpenSearch(places: Places): Promise<string> {
  const part = locked("opensearch");
  const log = join(places.cache, "log", "opensearch.log");
  return partFolder(places.cache, `opensearch-${part.version}`, async (work) => {
    const list = join(places.repository, "deploy", part.coordinate);
    await assertChecksum(list, part.coordinate, part.sha256);
    const jars = readJars(await readFile(list, "utf8"));
    await mavenCopy(jars, work, { part: "OpenSearch", log });
    for (const jar of jars) await assertChecksum(join(work, jar.folder, jar.file), jar.coordinate, jar.sha256);
    await describePlugins(work, part.version);
    // It makes a missing folder of its programs at each start, which the user it runs as may not.
    await mkdir(join(work, "bin"));
    await rm(join(work, "pom.xml"));
    return work;
  });
}

export type Jar = { coordinate: string; sha256: string; folder: string; file: string };

/** Reads the list of jars: coordinate, sha256, bytes, folder, separated by tabs, below a line of headings. */
export function readJars(list: string): Jar[] {
  return list
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [coordinate = "", sha256 = "", , folder = ""] = line.split("\t");
      const [, name, version, type = "jar", classifier] = coordinate.split(":");
      return {
        coordinate,
        sha256,
        folder,
        file: basename([name, version, classifier].filter(Boolean).join("-")) + `.${type}`,
      };
    });
}

/** The jars of modules and plugins don't hold the descriptor that the distribution lays beside them. */
async function describePlugins(home: string, version: string): Promise<void> {
  for (const [folder, { classname, extending = "" }] of Object.entries(plugins)) {
    await mkdir(join(home, folder), { recursive: true });
    const name = basename(folder);
    const lines = { description: name, name, version, "opensearch.version": version, "java.version": "21" };
    const all = { ...lines, "has.native.controller": "false", classname, "extended.plugins": extending };
    const text = Object.entries(all).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(join(home, folder, "plugin-descriptor.properties"), text.join(""));
  }
}

const plugins: Record<string, { classname: string; extending?: string }> = {
  "modules/transport-netty4": { classname: "org.opensearch.transport.Netty4ModulePlugin" },
  "modules/lang-painless": { classname: "org.opensearch.painless.PainlessModulePlugin" },
  "modules/analysis-common": {
    classname: "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
    extending: "lang-painless",
  },
  "modules/reindex": { classname: "org.opensearch.index.reindex.ReindexModulePlugin" },
  "modules/mapper-extras": { classname: "org.opensearch.index.mapper.MapperExtrasModulePlugin" },
  "plugins/analysis-icu": { classname: "org.opensearch.plugin.analysis.icu.AnalysisICUPlugin" },
};
