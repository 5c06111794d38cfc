import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { locked, lockedNames } from "../fetch/lock.ts";
import { readJars } from "../fetch/opensearch.ts";

const sha256 = /^[0-9a-f]{64}$/;
const jars = readJars(readFileSync(join(import.meta.dirname, "..", "opensearch-artifacts.tsv"), "utf8"));

test("every part in the lock has a whole checksum, and a coordinate with exactly its version", () => {
  for (const part of lockedNames.map(locked)) {
    assert.match(part.sha256, sha256, part.name);
    if (part.kind !== "maven-list") assert(part.coordinate.includes(part.version), part.name);
    assert(["npm", "pypi", "maven", "maven-list"].includes(part.kind), part.name);
  }
});

test("every jar of OpenSearch has a whole checksum, and none is listed twice", () => {
  assert.equal(jars.length, 92);
  for (const jar of jars) assert.match(jar.sha256, sha256, jar.coordinate);
  assert.equal(new Set(jars.map((jar) => `${jar.folder}/${jar.file}`)).size, jars.length);
});

test("a jar's file is named as Maven names it, with a classifier at its end", () => {
  const [plain, classified] = readJars(
    "coordinate\tsha256\tbytes\ttarget_folder\na.b:c:1.2\tx\t1\tlib\na.b:c:1.2:jar:linux\tx\t1\tlib\n",
  );
  assert.equal(plain?.file, "c-1.2.jar");
  assert.equal(classified?.file, "c-1.2-linux.jar");
});
