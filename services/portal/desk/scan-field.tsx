import { createHash } from "node:crypto";
import type { VNode } from "preact";
import type { SignedIn, Staff } from "../frame/ask.ts";
import { type FormAsk, PlainForm } from "../parts/form.tsx";
import { Icon } from "../parts/icon.tsx";
import { signInPath } from "../parts/links.ts";

export type ScanAsk = FormAsk & { who: SignedIn; staff: Staff };

export const codeField = "ma";
/** The item chosen where a code stands on several. */
export const itemField = "tai-lieu";

/**
 * The field that a scanner types into. With a script every scan gets a request id of its own and waits in the browser
 * until it was answered; without one it is a form with one field.
 */
export function ScanField({
  ask,
  action,
  target,
  label,
}: {
  ask: ScanAsk;
  action: string;
  target: string;
  label: string;
}): VNode {
  const { t } = ask;
  return (
    <lt-scan target={target} who={deskTag(ask)} unsent={t.desk.unsent} signin={signInPath(ask)}>
      <PlainForm ask={ask} action={action} class="scan" id="quet">
        <Icon name="scan" />
        <span>
          <label class="sr" for="ma">
            {label}
          </label>
          <input
            id="ma"
            name={codeField}
            autoComplete="off"
            spellcheck={false}
            autoCapitalize="off"
            inputMode="numeric"
            maxLength={60}
            placeholder={label}
            autoFocus
            required
          />
        </span>
        <button class="btn q sm" type="submit" data-without-script>
          {t.desk.commit}
        </button>
        <span class="live" data-with-script hidden>
          {t.desk.ready}
        </span>
      </PlainForm>
      <ol class="unsent" aria-label={t.desk.unsent} />
    </lt-scan>
  );
}

/**
 * What was scanned, as the scanner meant it. A Vietnamese typing program makes letters with marks of doubled ones; a code
 * has none, so they are doubled back (Telex: dd, aa, ee, oo, aw, ow, uw).
 */
export function asScanned(typed: string): string {
  return [...typed.trim().normalize("NFC")].map((sign) => telex[sign] ?? sign).join("");
}

const telex: Record<string, string> = { đ: "dd", â: "aa", ê: "ee", ô: "oo", ă: "aw", ơ: "ow", ư: "uw" };
for (const [sign, letters] of Object.entries(telex)) telex[sign.toUpperCase()] = letters.toUpperCase();

/** Whose scans wait in this browser: they are sent in no other person's name and for no other library. */
const deskTag = ({ who, staff }: ScanAsk) =>
  createHash("sha256").update(`${who.personId} ${staff.libraryId}`).digest("base64url").slice(0, 16);

/** What a scan's form holds. */
export const scanOf = (form: URLSearchParams) => ({
  code: asScanned(form.get(codeField) ?? "").slice(0, 60),
  itemId: form.get(itemField) ?? "",
});
