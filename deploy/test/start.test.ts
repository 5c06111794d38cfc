import assert from "node:assert/strict";
import { pbkdf2 } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { readOptions } from "../commands/start-options.ts";
import { readRelease } from "../fetch/java.ts";
import { partFolder } from "../fetch/part-folder.ts";
import { assertAnswers } from "../run/elsewhere.ts";
import { lastErrorLine } from "../run/log.ts";
import { readPlaces } from "../run/places.ts";
import { assertFree } from "../run/port.ts";
import { startProcess, untilReady } from "../run/process.ts";
import { secret } from "../run/secrets.ts";
import { runTool } from "../run/tool.ts";
import { databaseUrl } from "../service-environment.ts";
import { readSettings } from "../settings.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "lienthong-start-"));
});
after(() => rm(folder, { recursive: true }));

describe("settings of the start", () => {
  const wrong: { title: string; given: Record<string, string>; says: RegExp }[] = [
    {
      title: "a word for a port",
      given: { NATS_PORT: "many" },
      says: /NATS_PORT is "many"; expected is a port between/,
    },
    { title: "a port below those free to use", given: { POSTGRES_PORT: "80" }, says: /POSTGRES_PORT is "80"/ },
    {
      title: "one port for two parts",
      given: { NATS_PORT: "25432" },
      says: /25432, which another port setting has too/,
    },
    { title: "an address of another kind", given: { NATS_URL: "http://x" }, says: /begins with nats:\/\// },
    {
      title: "a database without its password",
      given: { POSTGRES_URL: "postgres://a@b/c" },
      says: /POSTGRES_PASSWORD_FILE/,
    },
  ];
  for (const { title, given, says } of wrong)
    test(`${title} is refused, named, and told what is expected`, () => assert.throws(() => readSettings(given), says));

  test("an address that is set means that the part runs elsewhere", () => {
    const { elsewhere } = readSettings({ OPENSEARCH_URL: "https://search.example:9200" });
    assert.deepEqual(elsewhere, { openSearch: "https://search.example:9200" });
  });

  test("a service reaches its own database on the server that is given, without the server's password", () => {
    const url = databaseUrl(
      "postgres://admin:word@db.example:5433/postgres?sslmode=require",
      "identity",
      "identity_app",
    );
    assert.equal(url, "postgres://identity_app@db.example:5433/identity?sslmode=require");
  });

  test("as root everything lies outside home folders, otherwise in the clone and the person's cache", () => {
    assert.match(readPlaces({}, true).kept, /^\/var\/lib\/lienthong\/[0-9a-f]{8}$/);
    const own = readPlaces({ XDG_CACHE_HOME: "/home/an/cache" }, false);
    assert.equal(own.cache, "/home/an/cache/lienthong");
    assert.equal(own.kept, join(own.repository, ".lienthong"));
  });

  test("a word that start does not know is named with those it knows", async () => {
    await assert.rejects(readOptions(["--trace"]), /start knows --traces and --with PATH/);
    await assert.rejects(readOptions(["--with", join(folder, "nowhere")]), /which is no folder/);
    assert.deepEqual(await readOptions(["--traces", "--with", folder]), { traces: true, with: folder });
  });
});

describe("what cannot start says why in one sentence", () => {
  test("a busy port is named with the setting that moves the part", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    await assert.rejects(assertFree(port, "PostgreSQL", "POSTGRES_PORT"), {
      message: `Port ${port}, which PostgreSQL needs, is taken by another program; set POSTGRES_PORT or stop it.`,
    });
    await new Promise((resolve) => other.close(resolve));
    await assertFree(port, "PostgreSQL", "POSTGRES_PORT");
  });

  test("a part elsewhere that does not answer is named with the setting that says where", async () => {
    await assert.rejects(assertAnswers("NATS", "NATS_URL", "nats://127.0.0.1:1"), {
      message:
        "NATS does not answer at nats://127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1), which NATS_URL names; start it or correct NATS_URL.",
    });
  });

  test("a missing tool is named with what to install", async () => {
    const ask = { part: "Keycloak", log: join(folder, "tool.log"), install: "Maven" };
    await assert.rejects(runTool("no-such-program", [], ask), {
      message: "Keycloak: the program no-such-program was not found; install Maven.",
    });
  });

  test("a part that ends while starting is named with its last error and its log", async () => {
    const log = join(folder, "part.log");
    const script = "echo starting; echo 'FATAL: the disk is full'; echo bye; exit 1";
    const running = await startProcess({ ...shell(script), log });
    await assert.rejects(
      untilReady(running, 10, async () => false),
      {
        message: `Part ended while starting: FATAL: the disk is full (log: ${log})`,
      },
    );
  });

  test("a part that ends before its start has been looked at is known to have ended", async () => {
    // Closing the part's log waits behind these, longer than the part lives.
    let looking = true;
    const others = Array.from({ length: 8 }, async () => {
      while (looking) await promisify(pbkdf2)("word", "salt", 50_000, 64, "sha512");
    });
    const running = await startProcess({ ...shell("echo 'FATAL: at once'; exit 1"), log: join(folder, "brief.log") });
    looking = false;
    await Promise.all(others);
    await assert.rejects(
      untilReady(running, 2, async () => false),
      /ended while starting: FATAL: at once/,
    );
  });

  const logs: { title: string; log: string; says: string | undefined }[] = [
    {
      title: "the cause below a stack trace's first line",
      log: "Error: a\n\tat x.y(Z:1)\nCaused by: b\n\tat x\n\t... 12 more\n",
      says: "Caused by: b",
    },
    {
      title: "the message of a line of JSON",
      log: '{"level":50,"msg":"no database","err":{"message":"refused"}}\n',
      says: "no database: refused",
    },
    { title: "the last line when none speaks of an error", log: "one\ntwo\n\n", says: "two" },
    { title: "nothing when nothing was written", log: "", says: undefined },
  ];
  for (const { title, log, says } of logs)
    test(`the reason is ${title}`, async () => {
      const file = join(folder, "reason.log");
      await writeFile(file, log);
      assert.equal(await lastErrorLine(file), says);
    });
});

describe("what runs is stopped in time", () => {
  test("a part that stops at its signal is left the time it needs", async () => {
    const log = join(folder, "stop.log");
    const running = await startProcess({
      ...shell("trap 'echo written; exit 0' TERM; echo up; while :; do sleep 0.01; done"),
      log,
    });
    await untilReady(running, 10, async () => (await readFile(log, "utf8")).includes("up"));
    await running.stop();
    assert.match(await readFile(log, "utf8"), /written/);
  });

  test("one that does not is ended when its time is over", async () => {
    const log = join(folder, "stubborn.log");
    const running = await startProcess({
      ...shell("trap '' TERM; echo up; while :; do sleep 0.01; done"),
      log,
      stopSecondsMax: 0.1,
    });
    await untilReady(running, 10, async () => (await readFile(log, "utf8")).includes("up"));
    await running.stop();
    assert.throws(() => process.kill(running.pid, 0), { code: "ESRCH" });
  });
});

describe("what is kept", () => {
  test("a secret is made once, also when two ask at the same time, and only its owner may read it", async () => {
    const asked = await Promise.all([secret(folder, "word"), secret(folder, "word")]);
    assert.equal(asked[0].value, asked[1].value);
    assert.equal(Buffer.from(asked[0].value, "base64url").length, 32);
    assert.equal((await stat(asked[0].file)).mode & 0o777, 0o600);
  });

  test("a part's folder is whole or not there, and is filled once", async () => {
    const filling = partFolder(folder, "part-1", async (work) => {
      await writeFile(join(work, "half"), "");
      throw new Error("the line was cut");
    });
    await assert.rejects(filling, /the line was cut/);
    await assert.rejects(stat(join(folder, "part-1")), { code: "ENOENT" });
    let fills = 0;
    const fill = async (work: string) => {
      fills += 1;
      return work;
    };
    await partFolder(folder, "part-1", fill);
    await partFolder(folder, "part-1", fill);
    assert.equal(fills, 1);
  });

  test("a Java tells its release and its modules, also one numbered in the old way", () => {
    const release = 'JAVA_VERSION="25.0.3"\nMODULES="java.base jdk.incubator.vector"\n';
    assert.deepEqual(readRelease("/j", release), {
      home: "/j",
      major: 25,
      modules: ["java.base", "jdk.incubator.vector"],
    });
    assert.equal(readRelease("/j", 'JAVA_VERSION="1.8.0_412"\n')?.major, 8);
    assert.equal(readRelease("/j", ""), undefined);
  });
});

function shell(script: string) {
  const program = { name: "Part", program: "/bin/sh", args: ["-c", script], env: { PATH: process.env.PATH } };
  return { ...program, stopSignal: "SIGTERM" as const, stopSecondsMax: 10 };
}
