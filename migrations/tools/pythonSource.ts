/** Python without its comments, as far as lines show them. */
function withoutComments(text: string): string {
  return text.replace(/^\s*#.*$/gm, "");
}

/**
 * The strings that a module assigns to a name: one, several in brackets, or none for `None`.
 * @returns undefined where the name is not assigned
 */
export function assignedStrings(text: string, name: string): string[] | undefined {
  const assigned = new RegExp(
    `^${name}\\s*(?::[^=\\n]*)?=\\s*(\\([^)]*\\)|\\[[^\\]]*\\]|\\{[^}]*\\}|[^\\n]*)`,
    "m",
  );
  const value = assigned.exec(withoutComments(text))?.[1];
  return value === undefined
    ? undefined
    : [...value.matchAll(/["']([^"'\n]*)["']/g)].map(([, each = ""]) => each);
}

/** The pairs of strings in a list that a class assigns to a name, each joined by a dot: `("shop", "0001_initial")`. */
export function pairsIn(text: string, name: string): string[] {
  const list = new RegExp(`^\\s+${name}\\s*(?::[^=\\n]*)?=\\s*\\[([^\\]]*)\\]`, "m").exec(
    withoutComments(text),
  )?.[1];
  const pairs = (list ?? "").matchAll(/\(\s*["'](\w+)["']\s*,\s*["'](\w+)["']\s*,?\s*\)/g);
  return [...pairs].map(([, app, migration]) => `${app}.${migration}`);
}

/**
 * Each after all that it depends on, else by version. Dependencies on what is not there are left alone.
 * @returns undefined where some depend on each other in a circle
 */
export function inDependencyOrder<Item extends { version: string }>(
  items: readonly Item[],
  dependenciesOf: (item: Item) => readonly string[],
): Item[] | undefined {
  const known = new Set(items.map(({ version }) => version));
  const waiting = [...items].sort((a, b) => (a.version < b.version ? -1 : 1));
  const done = new Set<string>();
  const ordered: Item[] = [];
  while (waiting.length > 0) {
    const index = waiting.findIndex((item) =>
      dependenciesOf(item).every((wanted) => done.has(wanted) || !known.has(wanted)),
    );
    const [next] = index < 0 ? [] : waiting.splice(index, 1);
    if (next === undefined) return undefined;
    done.add(next.version);
    ordered.push(next);
  }
  return ordered;
}
