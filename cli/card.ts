import { asCards, keptCards } from "../card/kept";
import { chooseCard, type CardChoice } from "../card/choose";
import type { Cards } from "../card/card";
import { stackName } from "../gates/move";
import { newestFailures } from "../history/failedGates";
import { knownGoodFrom } from "../history/knownGood";
import { stackLabelOf } from "../history/schemaUsers";
import { broughtTo } from "../history/running";
import { parseStackState } from "../history/stackState";
import { askPulumi } from "../stack/askPulumi";
import { exportStack } from "../stack/exportStack";
import { print, tell } from "./output";

export interface CardOptions {
  stack?: string;
  tag?: string;
  records: string;
}

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
  let own: string | undefined;
  try {
    const [output, exported] = await Promise.all([
      askPulumi(["stack", "output", "--json", "--show-secrets", ...stack]),
      exportStack(options.stack, {}),
    ]);
    const cards = asCards((JSON.parse(output) as { card?: unknown }).card);
    const known = parseStackState(exported);
    own = stackLabelOf(known);
    const [running, ...others] = new Set(broughtTo(known).values());
    if (cards !== undefined)
      return {
        cards,
        state: {
          knownGood: knownGoodFrom(
            known,
            own === undefined ? [] : newestFailures(options.records, own, known),
          ),
          running: others.length === 0 ? running : undefined,
        },
      };
    why = "it holds no card: no `up` of the stack has ended well yet, or it was an older version's";
  } catch (error) {
    why = (error as Error).message;
  }
  // As Pulumi, which could not be asked, would have taken it.
  const selected = options.stack ?? (process.env.PULUMI_STACK || undefined);
  const { cards, file } = fromFile(
    { ...options, ...(selected !== undefined && { stack: selected }) },
    own,
    why,
  );
  tell("warning", `The stack's state could not be asked (${why}). This is of the file ${file}`);
  return { cards };
}

/** @param own project and stack, where the state tells them */
function fromFile(
  { stack, records }: CardOptions,
  own: string | undefined,
  why: string,
): { cards: Cards; file: string } {
  const kept = keptCards(records);
  const found = meant(
    kept.map((each) => ({ ...each, stack: each.cards.stack })),
    own,
    stack,
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = kept.map(({ cards }) => cards.stack).join(", ");
  const [first] = kept;
  const missing =
    kept.length === 0
      ? `no card lies in ${records}/card. It is on the machine that ran the last \`up\` that ended well`
      : found.length === 0 && (own ?? stack) !== undefined
        ? `no card of ${own ?? stack} lies in ${records}/card, only of ${names}`
        : `which card of those in ${records}/card is meant is not clear: they are of ${names}. ` +
          `Name the stack: npx knowngood card --stack ${first === undefined ? "STACK" : stackName(first.cards)}`;
  throw new Error(`The stack's state could not be asked (${why}), and ${missing}.`);
}

/**
 * The cards of the stack that is meant. None where nobody says which: the selected stack may be another one than that of
 * the only card that lies there.
 * @param own project and stack, where they are certain
 * @param asked as `pulumi --stack` takes it: STACK, ORGANIZATION/STACK or ORGANIZATION/PROJECT/STACK
 */
function meant<Kept extends { stack: string }>(
  kept: readonly Kept[],
  own: string | undefined,
  asked: string | undefined,
): readonly Kept[] {
  const words = asked?.split("/") ?? [];
  const whole = own ?? (words.length === 3 ? words.slice(1).join("/") : undefined);
  if (whole !== undefined) return kept.filter(({ stack }) => stack === whole);
  const exact = kept.filter(({ stack }) => stack === asked);
  return exact.length > 0 ? exact : kept.filter((one) => stackName(one) === words.at(-1));
}
