import { relative } from "node:path";

/** The folder of this package. */
const packageFolder = `${__dirname}/..`;

/**
 * A shell command that runs one of this package's own scripts, from the program's folder, in one process: a shell that
 * stayed in between would keep Ctrl-C from the script. The path is relative, so that the state holds no machine's paths.
 * @param script path of a TypeScript file within the package, such as `gates/run.ts`
 */
export function ownCommand(script: string, ...words: string[]): string {
  const own = (path: string) => quoted(`./${relative(process.cwd(), `${packageFolder}/${path}`)}`);
  const loader = own("toolchain/loadTypescript.cjs");
  return ["exec", "node", "--require", loader, own(script), ...words.map(quoted)].join(" ");
}

/** A word that the shell takes as it stands. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
