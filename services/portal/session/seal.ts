import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Hides bytes from everybody without the key, and notices when they were changed or moved to another place. */
export type Seal = {
  /** @param place what the sealed bytes belong to; they open only for the same place */
  close(text: string, place: string): Buffer;
  /** @returns the text, or undefined when it was not sealed with this key for this place */
  open(sealed: Uint8Array, place: string): string | undefined;
};

const nonceBytes = 12;
const tagBytes = 16;

/** Seals with AES-256-GCM. @param secret at least 32 characters of a random key file */
export function sealer(secret: string): Seal {
  if (secret.length < 32)
    throw new Error("The session key is too short; expected: a file with at least 32 random characters");
  const key = Buffer.from(hkdfSync("sha256", secret, "", "lienthong portal session", 32));
  return {
    close(text, place) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, place) {
      if (sealed.length < nonceBytes + tagBytes) return undefined;
      const nonce = sealed.subarray(0, nonceBytes);
      const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
      const cipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(place)).setAuthTag(tag);
      try {
        return Buffer.concat([cipher.update(sealed.subarray(nonceBytes + tagBytes)), cipher.final()]).toString("utf8");
      } catch {
        // The only failure of these calls is that the tag does not fit.
        return undefined;
      }
    },
  };
}
