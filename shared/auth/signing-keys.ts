import { createPublicKey } from "node:crypto";
import { z } from "zod";

const keySet = z.object({
  keys: z.array(
    z.object({ kid: z.string(), kty: z.string(), use: z.string().optional(), alg: z.string().optional() }).loose(),
  ),
});

// A flood of tokens with made-up key ids must not become a flood of requests to the sign-in server.
const refetchAfterMs = 30_000;
// A key that the sign-in server has dropped is refused within this time.
const forgetAfterMs = 60_000;

/** The realm's public RS256 keys by their id, as PEM; kept in memory and followed when they rotate. */
export class SigningKeys {
  readonly #url: string;
  #keys = new Map<string, string>();
  #fetchedAt = 0;
  #triedAt = 0;
  #fetching: Promise<void> | undefined;

  constructor(realmUrl: string) {
    this.#url = `${realmUrl}/protocol/openid-connect/certs`;
  }

  /**
   * The key of this id as PEM, or undefined when the realm has none such.
   * @throws Error when no key is known at all and the sign-in server does not answer
   */
  async find(kid: string): Promise<string | undefined> {
    const now = Date.now();
    const stale = now - this.#fetchedAt > forgetAfterMs;
    const unknown = !this.#keys.has(kid);
    if (this.#keys.size === 0) await this.#fetch();
    else if (unknown && now - this.#triedAt > refetchAfterMs) await this.#fetch().catch(() => undefined);
    // Known keys are followed in the background: verifying waits for no network, and goes on while the server is down.
    else if (stale && now - this.#triedAt > refetchAfterMs) void this.#fetch().catch(() => undefined);
    return this.#keys.get(kid);
  }

  #fetch(): Promise<void> {
    this.#fetching ??= this.#load().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #load(): Promise<void> {
    this.#triedAt = Date.now();
    const answer = await fetch(this.#url, { signal: AbortSignal.timeout(5_000), redirect: "error" });
    if (!answer.ok) throw new Error(`The sign-in server answered ${answer.status} when asked for its keys`);
    const { keys } = keySet.parse(await answer.json());
    const usable = keys.filter(
      (key) => key.kty === "RSA" && (key.use ?? "sig") === "sig" && (key.alg ?? "RS256") === "RS256",
    );
    this.#keys = new Map(
      usable.map((key) => [
        key.kid,
        createPublicKey({ key: key as never, format: "jwk" })
          .export({ type: "spki", format: "pem" })
          .toString(),
      ]),
    );
    this.#fetchedAt = Date.now();
  }
}
