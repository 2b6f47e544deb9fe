import { redactor } from "../gates/redaction";

/** The text without a database's URL and its password, in any form that the server or a driver may have given them. */
export function withoutPassword(text: string, url: string): string {
  const password = /^[a-z]+:\/\/[^/?#]*?:([^@/?#]*)@/i.exec(url)?.[1] ?? "";
  return redactor([url, password, decoded(password)])(text);
}

/** A password that is not properly encoded stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
