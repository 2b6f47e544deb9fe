import { redactedMark, redactor } from "../gates/redaction";

/** What a database is connected to by, and the password that it held. */
export interface SplitConnection {
  /** As PostgreSQL's own programs take it, without the password. */
  address: string;
  /** Decoded; undefined where there is none. */
  password: string | undefined;
}

/** Names of parameters whose values are secret: the role's password, and that of its private key. */
const secretParameter = /^(?:password|sslpassword)$/i;

/** Scheme, user, password and the rest; an `@` that is not encoded belongs to the password. */
const urlWithUser = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^:@/?#]*)(?::([^/?#]*))?@)?(.*)$/is;

/** `password=…` of a connection by keys and values, such as `host=db password='a b'`. */
const keyValue = /(?<![\w?&])((?:ssl)?password\s*=\s*)('(?:[^'\\]|\\.)*'|(?:[^\s'"\\]|\\.)+)/gi;

/** The same in any text, where blanks round the sign are more likely SQL's. */
const keyValueInText = /(?<![\w?&])((?:ssl)?password=)('(?:[^'\\]|\\.)*'|(?:[^\s'"\\&;,)]|\\.)+)/gi;

/** A scheme is looked for at the start of a word alone, since a word can be very long. */
const anyUrl = /(?<![a-z0-9+.-])[a-z0-9+.-]+:\/\/[^\s"'<>`]+/gi;

/**
 * Takes the password out of what a database is connected to by: a URL, with the password beside its user or among its
 * parameters, which count more, or a text with keys and values.
 */
export function splitPassword(connection: string): SplitConnection {
  const url = urlWithUser.exec(connection);
  if (url === null) {
    const [found] = [...connection.matchAll(keyValue)].map(([, , value = ""]) => unquoted(value)).reverse();
    return { address: connection.replace(keyValue, "").trim(), password: found };
  }
  const [, scheme = "", user = "", besideUser, rest = ""] = url;
  const [place = "", query = ""] = rest.split(/\?(.*)/s);
  const parameters = query.split("&").filter((parameter) => parameter !== "");
  const named = parameters.filter((parameter) => nameOf(parameter) === "password").at(-1);
  const kept = parameters.filter(
    (parameter) => !secretParameter.test(nameOf(parameter)) && nameOf(parameter) !== "uselibpqcompat",
  );
  return {
    address: `${scheme}${user === "" ? "" : `${user}@`}${place}${kept.length === 0 ? "" : `?${kept.join("&")}`}`,
    password:
      named === undefined ? besideUser && decoded(besideUser) : decoded(valueOf(named).replaceAll("+", " ")),
  };
}

/** Whether a password stands in it, so that whoever reads it can use it. */
export function holdsPassword(connection: string): boolean {
  return (splitPassword(connection).password ?? "") !== "";
}

/**
 * The text without what a database is connected to by and its password, in any form that the server, a driver or one of
 * its programs may have given them; and without the passwords of any other connection in it.
 */
export function withoutPassword(text: string, connection: string): string {
  const own = splitPassword(connection).password ?? "";
  return maskPasswords(redactor([connection, own, ...passwordsIn(connection)])(text));
}

/**
 * The text with the passwords of all connections in it masked, whosever they are.
 * @param mark what stands in their place. @default `[secret]`
 */
export function maskPasswords(text: string, mark: string = redactedMark): string {
  return text
    .replace(anyUrl, (url) =>
      url
        .replace(/^([^:]+:\/\/[^:@/?#]*:)(?:[^/?#]*|(?!\d+\/)[^?]*)@/, `$1${mark}@`)
        .replace(/([?&](?:ssl)?password=)[^&#]*/gi, `$1${mark}`),
    )
    .replace(keyValueInText, `$1${mark}`);
}

/** Every password of the URLs and connections in a text, in each way in which it can be read. */
export function passwordsIn(text: string): string[] {
  // A text that is one URL is not cut where one within other words ends.
  const urls = urlWithUser.test(text) ? [text] : [];
  const written = [...urls, ...[...text.matchAll(anyUrl)].map(([url]) => url)].flatMap(writtenIn);
  const ofKeys = [...text.matchAll(keyValueInText)].map(([, , value = ""]) => unquoted(value));
  const found = [...written, ...written.flatMap(readings), ...ofKeys];
  return [...new Set(found)].filter((password) => password !== "");
}

/** Passwords of a URL as they are written there. */
function writtenIn(url: string): string[] {
  const [, query = ""] = url.split(/\?(.*)/s);
  const parameters = query.split(/[&#]/).filter((parameter) => secretParameter.test(nameOf(parameter)));
  const [, , , besideUser] = urlWithUser.exec(url) ?? [];
  return [...parameters.map(valueOf), ...(besideUser === undefined ? unencoded(url) : [besideUser])];
}

/** With a `/`, `?` or `#` that is not encoded a URL is read in several ways, and a part is taken for a host or a port. */
function unencoded(url: string): string[] {
  const [, whole = ""] = /^[^:]+:\/\/[^:@/?#]*:([^?]*)@/.exec(url) ?? [];
  return whole === "" ? [] : [whole, ...whole.split(/[/#@]/)];
}

/** What programs make of a password in a URL, beside the text itself. */
function readings(written: string): string[] {
  // Of a URL with one character that is not properly encoded the driver leaves most of the encoding as it is.
  const asText = written.replace(/%(?!\d\d)/g, "%25");
  return [written, written.replaceAll("+", " "), asText].map(decoded);
}

function nameOf(parameter: string): string {
  return decoded(parameter.split("=", 1)[0] ?? "");
}

function valueOf(parameter: string): string {
  return parameter.slice(parameter.indexOf("=") + 1);
}

function unquoted(value: string): string {
  const inner = value.startsWith("'") ? value.slice(1, -1) : value;
  return inner.replace(/\\(.)/gs, "$1");
}

/** A text that is not properly encoded stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
