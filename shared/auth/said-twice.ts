/**
 * Whether an object written in JSON says something twice at its top. Readers differ in which of the two they take, so a
 * token in which the sign-in server would seem to say one thing and its signature covers another too is no token
 * (RFC 7519, section 4: names must be unique).
 */
export function saidTwice(json: string): boolean {
  const names = new Set<string>();
  let depth = 0;
  for (const [piece, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (piece === "{" || piece === "[") depth += 1;
    else if (piece === "}" || piece === "]") depth -= 1;
    else if (colon && depth === 1) {
      const name = JSON.parse(text ?? '""') as string;
      if (names.has(name)) return true;
      names.add(name);
    }
  }
  return false;
}
