/** The last known-good release and the exact commands that bring it back. */
export interface GoBack {
  tag: string;
  commands: readonly string[];
}

/** What a gate that did not pass says of the way back, in lines; our own words, never redacted. */
export function wayBack({ goBack, stack }: { goBack?: GoBack | undefined; stack: string }): string[] {
  if (goBack === undefined) return [`${stack} has no known-good release yet: there is none to go back to.`];
  return [`Last known-good: ${goBack.tag}. To go back:`, ...goBack.commands];
}
