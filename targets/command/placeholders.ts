import type { Wanted } from "../target";

/** What a name in braces stands for. */
export const placeholders = {
  service: "the service's name",
  tag: "the release's tag",
  commit: "the commit that the release was built from",
  image: "the image, as `repository@sha256:…`",
  repository: "the image's repository",
  digest: "the image's digest, `sha256:…`",
  lines: "how many lines of a log are asked for",
} as const;

type Placeholder = keyof typeof placeholders;

const named = /\{(\w+)\}/g;

/** Names in braces that stand for nothing. */
export function unknownPlaceholders(words: readonly string[]): string[] {
  const names = words.flatMap((word) => [...word.matchAll(named)].map(([, name = ""]) => name));
  return [...new Set(names)].filter((name) => !Object.hasOwn(placeholders, name));
}

/**
 * The words of a command for one service.
 * @throws Error where a word asks for what the catalog does not know
 */
export function filled(words: readonly string[], wanted: Wanted, lines = 0): string[] {
  const values: Record<Placeholder, string | undefined> = {
    service: wanted.service,
    tag: wanted.release,
    commit: wanted.commit,
    image: `${wanted.from}@${wanted.digest}`,
    repository: wanted.from,
    digest: wanted.digest,
    lines: String(lines),
  };
  return words.map((word) =>
    word.replace(named, (whole, name: string) => {
      if (!Object.hasOwn(values, name)) return whole;
      const value = values[name as Placeholder];
      if (value !== undefined) return value;
      throw new Error(
        `{${name}} is not known of ${wanted.release}: add the release with --${name}, or use another name in braces`,
      );
    }),
  );
}
