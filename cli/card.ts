import { execFile } from "node:child_process";
import { asCards, keptCards } from "../card/kept";
import { chooseCard, type CardChoice } from "../card/choose";
import type { Cards } from "../card/card";
import { knownGoodFrom } from "../history/knownGood";
import { broughtTo } from "../history/running";
import { parseStackState } from "../history/stackState";
import { print, tell } from "./output";

export interface CardOptions {
  stack?: string;
  tag?: string;
  records: string;
}

/** Seconds that the state has to be read in: a backend that is down may let one wait for minutes. */
const stateSeconds = 15;

/** `card`: prints the emergency card. */
export async function card(options: CardOptions): Promise<void> {
  const { cards, state } = await findCards(options);
  const choice: CardChoice = { tag: options.tag, ...(state && { state }) };
  const chosen = chooseCard(cards, choice);
  if (chosen === undefined) {
    const present = cards.present?.release;
    const own = present === undefined ? "" : ` The card of what runs: npx knowngood card --tag ${present}`;
    throw new Error(`No release of ${cards.stack} is known good but the one that runs.${own}`);
  }
  if (state === undefined && options.tag === undefined && cards.present !== undefined)
    tell(
      "warning",
      `This is the card of ${chosen.release}; ${cards.present.release} ran then. If a newer release runs now: --tag ${cards.present.release}`,
    );
  print(chosen.script.trimEnd());
}

async function findCards(
  options: CardOptions,
): Promise<{ cards: Cards; state?: NonNullable<CardChoice["state"]> }> {
  const stack = options.stack === undefined ? [] : ["--stack", options.stack];
  let why: string;
  try {
    const [output, exported] = await Promise.all([
      pulumi(["stack", "output", "--json", "--show-secrets", ...stack]),
      pulumi(["stack", "export", ...stack]),
    ]);
    const cards = asCards((JSON.parse(output) as { card?: unknown }).card);
    const known = parseStackState(exported);
    const [running, ...others] = new Set(broughtTo(known).values());
    if (cards !== undefined)
      return {
        cards,
        state: { knownGood: knownGoodFrom(known), running: others.length === 0 ? running : undefined },
      };
    why = "it holds no card: no `up` of the stack has ended well yet, or it was an older version's";
  } catch (error) {
    why = (error as Error).message;
  }
  const { cards, file } = fromFile(options, why);
  tell("warning", `The stack's state could not be asked (${why}). This is of the file ${file}`);
  return { cards };
}

function fromFile({ stack, records }: CardOptions, why: string): { cards: Cards; file: string } {
  const name = stack?.split("/").at(-1);
  const found = keptCards(records).filter(
    ({ cards }) => name === undefined || cards.stack.split("/").at(-1) === name,
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const missing =
    found.length === 0
      ? `no card lies in ${records}/card. It is on the machine that ran the last \`up\` that ended well`
      : `cards of several stacks lie in ${records}/card: name one by --stack`;
  throw new Error(`The stack's state could not be asked (${why}), and ${missing}.`);
}

function pulumi(words: readonly string[]): Promise<string> {
  const options = { maxBuffer: 1 << 30, timeout: stateSeconds * 1000 };
  return new Promise((resolve, reject) => {
    execFile("pulumi", [...words, "--non-interactive"], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.killed) reject(new Error(`no answer in ${stateSeconds} s`));
      else if ((error as NodeJS.ErrnoException).code === "ENOENT")
        reject(new Error("there is no pulumi on PATH"));
      else reject(new Error(stderr.trim().replace(/^error: /, "") || error.message));
    });
  });
}
