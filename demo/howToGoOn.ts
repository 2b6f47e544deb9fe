import { quoted } from "../components/ownCommand";

/** A demo that was kept. */
export interface KeptDemo {
  /** Its project. */
  folder: string;
  /** Where knowngood itself lies: its npm scripts are known there alone. */
  checkout: string;
  /** A line for each stack. */
  addresses: readonly string[];
}

/** What a person can do by hand in a demo that was kept, and how it ends: lines as they are printed. */
export function howToGoOn({ folder, checkout, addresses }: KeptDemo): string[] {
  const under = (heading: string, lines: readonly string[]) => [
    "",
    heading,
    ...lines.map((line) => `  ${line}`),
  ];
  return [
    ...under("Everything is left running:", addresses),
    ...under("To go on by hand:", [`cd ${quoted(folder)} && . ./environment`]),
    ...under("Back by one release more:", [
      "pulumi config set imageTag v1 && pulumi preview",
      "pulumi up",
      "npx knowngood card",
    ]),
    ...under(
      "Forward again; what was rolled back from is quarantined, so it needs a reason, another one each time:",
      [
        `pulumi config set imageTag v2 && pulumi config set retry '{"tag": "v2", "reason": "v1 was practice"}'`,
        "pulumi up",
        "pulumi config rm retry",
      ],
    ),
    ...under("Nothing may be deployed for a while, and may again:", [
      'pulumi config set hold "orders are being counted" && pulumi preview',
      "pulumi config rm hold",
    ]),
    ...under("To end it:", [`cd ${quoted(checkout)} && npm run demo -- --stop ${quoted(folder)}`]),
  ];
}
