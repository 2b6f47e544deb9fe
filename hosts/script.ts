import { quoted } from "../components/ownCommand";

/** Seconds between asking a script to end and ending it, where nobody waits for it any more. */
export const graceSeconds = 5;

/** Words between what ssh and the login shell print and what the script prints: of letters, digits and hyphens. */
export interface Marks {
  begin: string;
  /** Before the exit code, which is followed by a blank. */
  end: string;
}

/**
 * The command that a shell is given, the same for every script but for two numbers: it says that it is there, reads the script
 * from its standard input and leaves the rest of it. `dd` takes one byte at a time, since a larger read from a pipe may end
 * anywhere. It is one that every login shell reads alike, fish and csh too.
 */
export function loader(scriptBytes: number, { begin }: Pick<Marks, "begin">): string {
  return `exec sh -c 'echo ${begin}; echo ${begin} >&2; eval "$(dd bs=1 count=${scriptBytes} 2>/dev/null)"'`;
}

/**
 * What the loader reads. Standard input stays open for as long as somebody waits for the script: when it ends, all that the
 * script started is ended, since a host tells a script without a terminal nothing of a connection that is gone. So who sends
 * the script's own input says how many bytes it has.
 *
 * The braces keep a shell from running a part of a script that was cut off.
 */
export function framedScript(
  script: string,
  words: readonly string[],
  stdinBytes: number,
  { end }: Pick<Marks, "end">,
): string {
  const input = stdinBytes === 0 ? ":" : `head -c ${stdinBytes} <&3 2>/dev/null`;
  return `{
set --${words.map((word) => ` ${quoted(word)}`).join("")}
knowngood_script=${quoted(script)}
exec 3<&0
{
  sh -c 'echo $PPID'
  ${input}
  exec >/dev/null 2>&1
  cat <&3
  trap '' TERM HUP PIPE
  kill -TERM 0
  sleep ${graceSeconds}
  kill -KILL 0
} | {
  IFS= read -r knowngood_feeder
  ( exec 3<&-; eval "$knowngood_script" )
  knowngood_code=$?
  echo "${end}$knowngood_code " >&2
  kill "$knowngood_feeder" 2>/dev/null
  exit "$knowngood_code"
}
}
`;
}
