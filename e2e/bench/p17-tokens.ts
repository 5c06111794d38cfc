import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tokenVerifier } from "@lienthong/auth/verify.ts";
import { exportJWK, jwtVerify, SignJWT } from "jose";
import { line } from "./line.ts";
import { drive, rounds } from "./load.ts";

// A verifier checks each of them once; then another one takes its place, which knows none.
const tokens = 4_000;

export const measured = line({
  name: "P17",
  says: "access tokens checked a second in a service ÷ jose's jwtVerify; the same token again ÷ jose",
  figures: {
    "new tokens": { unit: "×", floor: { atLeast: 0.9 }, goal: { atLeast: 2 } },
    "one token again": { unit: "×", floor: { atLeast: 5 }, goal: { atLeast: 20 } },
  },
  async run({ pairs }) {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one", use: "sig", alg: "RS256" }] });
    const realm = createServer((_request, response) => void response.end(keys));
    await new Promise<void>((listening) => realm.listen(0, "127.0.0.1", listening));
    const issuer = `http://127.0.0.1:${(realm.address() as AddressInfo).port}/realms/lienthong`;
    const made = await Promise.all(
      Array.from({ length: tokens }, (_, n) =>
        new SignJWT({ ...claims, sub: `account-${n}` })
          .setProtectedHeader({ alg: "RS256", kid: "one", typ: "JWT" })
          .setIssuer(issuer)
          .setAudience(["lienthong", "account"])
          .setIssuedAt()
          .setExpirationTime("30m")
          .sign(privateKey),
      ),
    );
    const byJose = async (token: string) => {
      await jwtVerify(token, publicKey, { issuer, audience: "lienthong", algorithms: ["RS256"], typ: "JWT" });
    };
    const rate = async (seconds: number, check: (token: string) => Promise<unknown>, tokenOf: (n: number) => string) =>
      (await drive(1, seconds, async (n) => void (await check(tokenOf(n))))).perSecond;
    const one = made[0] ?? "";
    try {
      return {
        "new tokens": await pairs({
          of: "tokens/s",
          ours: (seconds) => rounds(seconds, tokens, () => allOf(made, tokenVerifier(issuer))),
          bare: (seconds) => rate(seconds, byJose, (n) => made[n % tokens] ?? ""),
        }),
        "one token again": await pairs({
          of: "tokens/s",
          ours: (seconds) => rate(seconds, tokenVerifier(issuer), () => one),
          bare: (seconds) => rate(seconds, byJose, () => one),
        }),
      };
    } finally {
      realm.close();
    }
  },
});

const claims = {
  typ: "Bearer",
  azp: "portal",
  roles: ["librarian.desk@VN-000001P", "librarian.cataloguer@VN-000001P"],
  person: "0190d1c0-0000-7000-8000-000000000001",
  loa: "2",
};

/** Every token once, by a verifier that has yet to fetch its keys. @returns milliseconds */
async function allOf(made: readonly string[], check: (token: string) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (const token of made) await check(token);
  return performance.now() - started;
}
