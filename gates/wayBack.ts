/** A known-good release and the exact commands that bring it back. */
export interface GoBack {
  tag: string;
  /** What stands above the commands. @default that it is the last known-good release */
  head?: string | undefined;
  commands: readonly string[];
  /** Another way, in lines below the commands. @default none */
  otherwise?: readonly string[] | undefined;
}

/** What a gate that did not pass says of the way back, in lines; our own words, never redacted. */
export function wayBack({ goBack, stack }: { goBack?: GoBack | undefined; stack: string }): string[] {
  if (goBack === undefined) return [`${stack} has no known-good release yet: there is none to go back to.`];
  const { tag, head = `Last known-good: ${tag}. To go back:`, commands, otherwise = [] } = goBack;
  return [head, ...commands, ...otherwise];
}
