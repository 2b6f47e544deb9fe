/** The text with a database URL's password gone, also as the server or a driver may have written it. */
export function withoutPassword(text: string, url: string): string {
  const password = /^[a-z]+:\/\/[^/?#]*?:([^@/?#]*)@/i.exec(url)?.[1];
  const parts = [url, password, decoded(password)].filter(
    (part): part is string => part !== undefined && part !== "",
  );
  return parts.reduce((redacted, part) => redacted.replaceAll(part, "[secret]"), text);
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
