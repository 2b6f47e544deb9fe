/** What stands in the place of a secret. */
export const redactedMark = "[secret]";

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** Lines of a multi-line secret shorter than this, such as `}`, are no secret by themselves. */
const shortestSecretLine = 6;

/**
 * A function that replaces every secret, also where it was URL-encoded, put in base64 or escaped for JSON.
 * @param secrets values that must not be seen; empty ones are left out
 */
export function redactor(secrets: readonly string[]): Redact {
  const forms = new Set(secrets.flatMap(formsOf).filter((form) => form !== ""));
  if (forms.size === 0) return (text) => text;
  // Longest first, so that no form is left over from a longer one that contains it.
  const pattern = [...forms]
    .sort((a, b) => b.length - a.length)
    .map(literally)
    .join("|");
  const expression = new RegExp(pattern, "g");
  return (text) => text.replace(expression, redactedMark);
}

/** The same object with every text in it redacted, but for values under `kept` keys, which are our own words. */
export function redactDeep<T>(value: T, redact: Redact, kept: ReadonlySet<string>): T {
  const walk = (part: unknown, key?: string): unknown => {
    if (typeof part === "string") return key !== undefined && kept.has(key) ? part : redact(part);
    if (Array.isArray(part)) return part.map((item) => walk(item));
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, walk(item, name)]));
  };
  return walk(value) as T;
}

function formsOf(secret: string): string[] {
  const lines = secret.includes("\n")
    ? secret.split(/\r?\n/).filter((line) => line.length >= shortestSecretLine)
    : [];
  return [secret, secret.trim(), ...lines].flatMap(encodings);
}

function encodings(secret: string): string[] {
  // Half a surrogate pair, which encodeURIComponent refuses, must not stop the report.
  const percent = encodeURIComponent(Buffer.from(secret, "utf8").toString("utf8"));
  const strictPercent = percent.replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(/[^\x20-\x7e]/g, (character) => unicodeEscape(character));
  const html = json.replace(/[<>&]/g, (character) => unicodeEscape(character));
  const urlForms = [percent, strictPercent].flatMap((form) => [
    form,
    form.replaceAll("%20", "+"),
    lowerHex(form),
  ]);
  const jsonForms = [json, json.replaceAll("/", "\\/"), ascii, html, JSON.stringify(json).slice(1, -1)];
  return [secret, ...urlForms, ...jsonForms, ...base64Forms(secret)];
}

function lowerHex(form: string): string {
  return form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * The secret's base64 alone, and the part of it that is the same whatever stands before and after, as in
 * `user:password`, at each of the three places where it can begin.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const whole = bytes.toString("base64");
  const inner = bytes.length < 6 ? [] : [0, 1, 2].map((shift) => innerBase64(bytes, shift));
  return [whole, whole.replace(/=+$/, ""), ...inner].flatMap((form) => [
    form,
    form.replaceAll("+", "-").replaceAll("/", "_"),
  ]);
}

function innerBase64(bytes: Buffer, shift: number): string {
  const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
  const first = shift === 0 ? 0 : shift + 1;
  const last = Math.floor((shifted.length * 8) / 6);
  return shifted.toString("base64").slice(first, last);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
