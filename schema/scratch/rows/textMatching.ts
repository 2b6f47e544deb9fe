/** A text that a regular expression matches, for the parts of the language that conditions use; undefined beyond them. */
export function textMatching(pattern: string): string | undefined {
  const reader = { at: 0, pattern };
  const text = alternatives(reader);
  return text === undefined || reader.at < pattern.length ? undefined : text;
}

interface Reader {
  at: number;
  pattern: string;
}

/** The first branch will do; the others are read past. */
function alternatives(reader: Reader): string | undefined {
  const first = sequence(reader);
  while (reader.pattern[reader.at] === "|") {
    reader.at += 1;
    sequence(reader);
  }
  return first;
}

function sequence(reader: Reader): string | undefined {
  let text: string | undefined = "";
  while (reader.at < reader.pattern.length && !"|)".includes(reader.pattern[reader.at] ?? "")) {
    const piece = atom(reader);
    const times = repetitions(reader);
    if (piece === undefined) text = undefined;
    else if (text !== undefined) text += piece.repeat(times);
  }
  return text;
}

function atom(reader: Reader): string | undefined {
  const sign = reader.pattern[reader.at] ?? "";
  reader.at += 1;
  switch (sign) {
    case "^":
    case "$":
      return "";
    case ".":
      return "a";
    case "(": {
      if (reader.pattern.startsWith("?:", reader.at)) reader.at += 2;
      else if (reader.pattern[reader.at] === "?") return undefined;
      const inner = alternatives(reader);
      reader.at += 1;
      return inner;
    }
    case "[":
      return oneOf(reader);
    case "\\": {
      const escaped = reader.pattern[reader.at] ?? "";
      reader.at += 1;
      return escapes[escaped] ?? escaped;
    }
    default:
      return sign;
  }
}

const escapes: Partial<Record<string, string>> = {
  d: "7",
  w: "a",
  s: " ",
  D: "a",
  W: "-",
  S: "a",
  y: "",
  m: "",
  M: "",
  A: "",
  Z: "",
};
const classes: [string, string][] = [
  ["[:alpha:]", "a"],
  ["[:alnum:]", "a"],
  ["[:digit:]", "7"],
  ["[:upper:]", "A"],
  ["[:lower:]", "a"],
  ["[:space:]", " "],
];

function oneOf(reader: Reader): string | undefined {
  const negated = reader.pattern[reader.at] === "^";
  if (negated) reader.at += 1;
  const start = reader.at;
  for (const [name, text] of classes)
    if (reader.pattern.startsWith(name, reader.at)) {
      reader.at = past(reader, start + name.length);
      return negated ? undefined : text;
    }
  const end = reader.pattern.indexOf("]", start + 1);
  if (end < 0) return undefined;
  const inside = reader.pattern.slice(start, end);
  reader.at = end + 1;
  if (negated) return ["a", "7", "-", "Z"].find((sign) => !new RegExp(`[${safe(inside)}]`).test(sign));
  return inside.startsWith("\\") ? (escapes[inside[1] ?? ""] ?? inside[1]) : inside[0];
}

function safe(inside: string): string {
  return inside.replace(/\[/g, "\\[");
}

function past(reader: Reader, from: number): number {
  const end = reader.pattern.indexOf("]", from);
  return end < 0 ? reader.pattern.length : end + 1;
}

function repetitions(reader: Reader): number {
  const quantifier = /^(?:([*+?])|\{(\d+)(?:,(\d*))?\})\??/.exec(reader.pattern.slice(reader.at));
  if (quantifier === null) return 1;
  reader.at += quantifier[0].length;
  if (quantifier[2] !== undefined)
    return Math.min(100, Math.max(Number(quantifier[2]), quantifier[3] === undefined ? 0 : 1));
  return quantifier[1] === "?" ? 0 : 2;
}
