import { sentenceOf } from "./run/failure.ts";

type Command = (args: string[]) => Promise<void>;

/** Each command is loaded when it is asked for, so that a quick one does not wait for what the others import. */
const commands: Record<string, { says: string; load: () => Promise<Command> }> = {
  start: {
    says: "starts parts and services; --traces shows traces in Zipkin, --with PATH takes libraries from a folder",
    load: async () => (await import("./commands/start.ts")).start,
  },
  parts: { says: "starts the parts alone", load: async () => (await import("./commands/parts.ts")).parts },
  test: {
    says: "checks, then all tests on real parts; or the test files named",
    load: async () => (await import("./commands/test.ts")).test,
  },
  check: {
    says: "types, lint, format, protos, walls, rules of the house",
    load: async () => (await import("./commands/check.ts")).check,
  },
  story: {
    says: "plays the story in a browser against what runs; --file PATH, --files FOLDER take in MARC files of your own",
    load: async () => (await import("./commands/story.ts")).story,
  },
  token: {
    says: "prints an access token of a sample API client",
    load: async () => (await import("./commands/token.ts")).token,
  },
  republish: {
    says: "lets a service tell its current states again: SERVICE, or of one library: SERVICE --library CODE",
    load: async () => (await import("./commands/operate.ts")).republish,
  },
  "dead-letters": {
    says: "lists the events that were set aside, of all services or of SERVICE",
    load: async () => (await import("./commands/operate.ts")).deadLetters,
  },
  replay: {
    says: "replays the events that SERVICE has set aside, once their cause is mended: all, or SERVICE ID …",
    load: async () => (await import("./commands/operate.ts")).replay,
  },
  invariants: {
    says: "checks what must always hold, on the platform that runs: all, or I1 I7 …; --canaries FILE for I5",
    load: async () => (await import("./commands/invariants.ts")).invariants,
  },
  faults: {
    says: "breaks worlds of its own in every way, with the whole counts (hours): all, or F9 I1 …",
    load: async () => (await import("./commands/faults.ts")).faults,
  },
  soak: {
    says: "works a platform of its own for an hour, or MINUTES, and judges what is lost, grows or slows down",
    load: async () => (await import("./commands/soak.ts")).soak,
  },
  attack: {
    says: "plays the attacks against the platform that runs: all, or A14 A17 …",
    load: async () => (await import("./commands/attack.ts")).attack,
  },
  bench: {
    says: "measures ours beside the bare parts: NAME… or all; match FOLDER… compares titles with the truth of made worlds",
    load: async () => (await import("./commands/bench.ts")).bench,
  },
  generate: {
    says: "makes the generated code, and writes the pages that are made from code",
    load: async () => (await import("./commands/generate.ts")).generate,
  },
  reset: { says: "forgets everything this clone keeps", load: async () => (await import("./commands/reset.ts")).reset },
};

// Fetched parts are read by another user than the one who fetches them.
process.umask(0o022);
const [name = "", ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (!command) {
  const lines = Object.entries(commands).map(([each, { says }]) => `  ${each.padEnd(12)} ${says}`);
  process.stderr.write(
    `${name ? `There is no command "${name}".` : "Which command?"} There are:\n${lines.join("\n")}\n`,
  );
  process.exit(2);
}
try {
  await (await command.load())(args);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exit(1);
}
