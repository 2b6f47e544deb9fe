import type { Redact } from "./redaction";

/** Colours and other terminal sequences, which a service's words must not bring into an operator's terminal. */
const sequences = /\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-_])/g;
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** A text fit for a terminal and a log: lines and tabs stay, everything else that steers is gone. */
export function plain(text: string): string {
  return text.replace(sequences, "").replace(controls, "");
}

/** At most so many characters, the last one `…` where something is missing. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest - 1);
  // Half of a character that takes two code units is not valid text.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** A text as one line of at most so many characters. */
export function oneLine(text: string, longest: number): string {
  return shortened(plain(text).trim().replace(/\s+/g, " "), longest);
}

/** What a service or an engine said, plain and without secrets, not yet shortened: half a secret is not found. */
export function clean(text: string, redact: Redact): string {
  // Twice: the sequences taken out can be in a secret, or between its parts.
  return redact(plain(redact(text)));
}

/** A duration as a person reads it: `0.25 s`, `12.5 s`. */
export function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} s`;
}

/** A number of things: `1 line`, `2 lines`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A share as a person reads it: `0.25 %`, with three digits that count. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
