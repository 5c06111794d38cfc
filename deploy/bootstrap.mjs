// The first file that runs, on whatever Node is there: it brings the right Node, the packages and the generated code,
// then hands over to deploy/lienthong.ts. Plain JavaScript without a package, because nothing is installed yet.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const deploy = dirname(fileURLToPath(import.meta.url));
const repository = dirname(deploy);
const cache = process.env.LIENTHONG_CACHE ? resolve(process.env.LIENTHONG_CACHE) : defaultCache();
const logs = join(cache, "log");
mkdirSync(logs, { recursive: true });

if (spawnSync("npm", ["--version"]).status !== 0)
  stop("npm was not found; install Node 20 or newer together with npm, then start again.");
const node = rightNode();
process.env.PATH = [dirname(node), join(repository, "node_modules", ".bin"), process.env.PATH].join(delimiter);
installPackages();
generateFromProto();
handOver();

function defaultCache() {
  if (process.getuid?.() === 0) return "/var/cache/lienthong";
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "lienthong");
}

/** Type stripping is stable since 24.12: an older Node is given the locked one, from a package that runs no script. */
function rightNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 12)) return process.execPath;
  const { version, coordinate, sha256 } = JSON.parse(readFileSync(join(deploy, "parts.lock.json"), "utf8")).node;
  const folder = join(cache, `node-${version}`);
  const binary = join(folder, "bin", "node");
  if (existsSync(binary)) return binary;
  say(`Node ${version} (this one is ${process.versions.node}) …`);
  const work = mkdtempSync(join(cache, "node-"));
  try {
    run("Node", "npm", ["pack", coordinate, "--silent", "--pack-destination", work]);
    const archive = join(
      work,
      readdirSync(work).find((name) => name.endsWith(".tgz")),
    );
    const sum = createHash("sha256").update(readFileSync(archive)).digest("hex");
    if (sum !== sha256)
      stop(`Node: ${coordinate} has the checksum ${sum}, but deploy/parts.lock.json expects ${sha256}.`);
    run("Node", "tar", ["xzf", archive, "-C", work]);
    if (!existsSync(binary)) renameSync(join(work, "package"), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return binary;
}

function installPackages() {
  const stamp = join(repository, "node_modules", ".lienthong-installed");
  const wanted = createHash("sha256");
  for (const name of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) wanted.update(readFileSync(join(repository, name)));
  const sum = wanted.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sum) return;
  say("packages …");
  run("packages", "npx", ["--yes", "pnpm@12.21.0", "install", "--frozen-lockfile"]);
  writeFileSync(stamp, sum);
}

/** Generated code is not committed: it is made when a source is newer than the last time. */
function generateFromProto() {
  const proto = join(repository, "proto");
  if (!existsSync(join(proto, "buf.gen.yaml"))) return;
  const stamp = join(proto, "gen", ".made");
  const made = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  const sources = readdirSync(proto, { recursive: true }).filter((path) =>
    /^(?!node_modules|gen).*\.(proto|yaml)$/.test(path),
  );
  if (!sources.some((path) => statSync(join(proto, path)).mtimeMs > made)) return;
  say("generated code …");
  run("generated code", "buf", ["generate"], proto);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, "");
}

/** The command runs in the foreground of this one: it gets every signal, and its exit code is ours. */
function handOver() {
  const command = spawn(node, [join(deploy, "lienthong.ts"), ...process.argv.slice(2)], {
    stdio: "inherit",
    // Every process of ours loads the same modules: kept compiled, they are there in two thirds of the time.
    env: { NODE_COMPILE_CACHE: join(cache, "compiled"), ...process.env, LIENTHONG_CACHE: cache },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => command.kill(signal));
  command.on("error", (error) => stop(`The command could not be started: ${error.message}.`));
  command.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
}

function run(part, program, args, cwd = repository) {
  const done = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (done.status === 0) return;
  const log = join(logs, `${part.replaceAll(" ", "-").toLowerCase()}.log`);
  const output = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}`;
  writeFileSync(log, output);
  const reason =
    output
      .trim()
      .split("\n")
      .findLast((line) => /error|fail|ERR/i.test(line)) ?? output.trim().split("\n").at(-1);
  stop(`${part}: "${program} ${args.join(" ")}" failed: ${reason?.trim()} (log: ${log})`);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
