import { createPublicKey, type KeyObject } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";

const keySet = z.object({
  keys: z.array(
    z.object({ kid: z.string(), kty: z.string(), use: z.string().optional(), alg: z.string().optional() }).loose(),
  ),
});

// A flood of tokens with made-up key ids must not become a flood of requests to the sign-in server.
const strangersAfterMs = 30_000;
// Keys that are used are followed in the background at this pace: a new one is mostly known before its first token comes.
const followAfterMs = 15_000;
// Keys older than this are not used before they were looked at again. A token that was found good may be remembered for as
// long again, so a key that the sign-in server has dropped is refused within a minute.
const forgetAfterMs = 30_000;
// But nobody waits long for that: while the sign-in server is away or slow, its last word stands.
const waitForNewsMs = 500;
// After a try that failed the server is left alone for this time, and who needs it is told so at once.
const restAfterFailureMs = 2_000;
const answerWithinMs = 10_000;
// Who knows no key at all waits no longer than this for the first ones.
const firstKeysWithinMs = 2_000;

/** No key is known and the sign-in server gives none: nobody can be recognised at present. */
export class NoKeys extends Error {}

/** The realm's public RS256 keys by their id, ready for use; kept in memory and followed when they rotate. */
export class SigningKeys {
  readonly #url: string;
  readonly #now: () => number;
  #keys = new Map<string, KeyObject>();
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  #askedForStrangerAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking = Promise.resolve();
  #fetching: Promise<void> | undefined;

  /** @param now the clock, in milliseconds */
  constructor(realmUrl: string, now: () => number = Date.now) {
    this.#url = `${realmUrl}/protocol/openid-connect/certs`;
    this.#now = now;
  }

  /**
   * The key of this id, or undefined when the realm has none such.
   * @throws NoKeys when no key is known at all and the sign-in server does not answer
   */
  async find(kid: string): Promise<KeyObject | undefined> {
    if (this.#keys.size === 0) await this.#first();
    const age = this.#now() - this.#fetchedAt;
    if (age > followAfterMs) void this.#fetch();
    if (age > forgetAfterMs) await this.#looked();
    if (!this.#keys.has(kid) && this.#now() - this.#askedForStrangerAt > strangersAfterMs) {
      this.#askedForStrangerAt = this.#now();
      await this.#within(waitForNewsMs);
    }
    return this.#keys.get(kid);
  }

  async #first(): Promise<void> {
    await this.#within(firstKeysWithinMs);
    if (this.#keys.size === 0) throw new NoKeys("The sign-in server gives no keys, and none are known");
  }

  /** All wait for the same look; once it is over, for this time or because the server hangs, none waits for another. */
  #looked(): Promise<void> {
    if (this.#now() - this.#lookedAt > forgetAfterMs) {
      this.#lookedAt = this.#now();
      this.#looking = this.#within(waitForNewsMs);
    }
    return this.#looking;
  }

  async #within(ms: number): Promise<void> {
    const giveUp = new AbortController();
    const late = pause(ms, undefined, { signal: giveUp.signal, ref: false }).catch(() => undefined);
    await Promise.race([this.#fetch(), late]);
    giveUp.abort();
  }

  /** One request at a time, and none soon after one that failed. Never rejects: what is known stays. */
  #fetch(): Promise<void> {
    if (this.#now() - this.#failedAt < restAfterFailureMs) return Promise.resolve();
    this.#fetching ??= this.#load()
      .catch(() => {
        this.#failedAt = this.#now();
      })
      .finally(() => {
        this.#fetching = undefined;
      });
    return this.#fetching;
  }

  async #load(): Promise<void> {
    const answer = await fetch(this.#url, { signal: AbortSignal.timeout(answerWithinMs), redirect: "error" });
    if (!answer.ok) throw new Error(`The sign-in server answered ${answer.status} when asked for its keys`);
    const { keys } = keySet.parse(await answer.json());
    const usable = keys.filter(
      (key) => key.kty === "RSA" && (key.use ?? "sig") === "sig" && (key.alg ?? "RS256") === "RS256",
    );
    this.#keys = new Map(usable.map((key) => [key.kid, createPublicKey({ key: key as never, format: "jwk" })]));
    this.#fetchedAt = this.#now();
  }
}
