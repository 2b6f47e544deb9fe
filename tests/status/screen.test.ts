import { expect } from "chai";
import { judgeStatus, screen } from "../../status/screen";
import type { Status } from "../../status/status";
import { digest } from "../history/states";
import { schema, service, status } from "./statuses";

const silent = { unknown: "no answer in 10 s" };
const short = digest("b").slice(0, 19);

describe("the outcome of status", () => {
  const outcome = (changes: Partial<Status>) => judgeStatus(status(changes)).outcome;
  it("is fine where nothing needs a person, also where something could not be told beside health", () => {
    expect(outcome({})).to.equal("fine");
    expect(outcome({ schema: schema({ source: { unknown: "its address is a secret" } }) })).to.equal("fine");
    expect(outcome({ disk: silent })).to.equal("fine");
  });
  it("is unknown where what runs or its health is, and wrong before that", () => {
    expect(outcome({ held: silent })).to.equal("unknown");
    const blind = service({ health: silent });
    expect(outcome({ services: [blind] })).to.equal("unknown");
    expect(outcome({ services: [blind], drift: [{ text: "gone", byUp: true }] })).to.equal("wrong");
  });
});

describe("the screen of status", () => {
  it("marks what needs a person, names each part once, and ends with what to type", () => {
    const shown = screen(
      judgeStatus(
        status({
          schema: undefined,
          wayBack: undefined,
          disk: undefined,
          backups: undefined,
          drift: [
            {
              text: "by hand: api",
              byUp: false,
              choices: ["To take it: pulumi up", "To remove it: pulumi up"],
            },
          ],
          stackFile: { file: "Pulumi.prod.yaml", change: "not pushed" },
          card: "v1",
        }),
      ),
      (mark, text) => (mark === "wrong" ? `<${text}>` : text),
    );
    expect(shown.split("\n")).to.deep.equal([
      "shop/prod runs v2 since 2026-11-21 09:00:00Z (3 h ago)",
      "",
      `  api       v2 ${short}, healthy (200 in 3 ms), up since 2026-11-21 09:00:00Z (3 h ago)`,
      "~ way back  none: v1 was good, and is quarantined or not in the catalog",
      "<! drift     by hand: api>",
      "              To take it: pulumi up",
      "              To remove it: pulumi up",
      "<! owed      Pulumi.prod.yaml has commits that are not pushed: the next merge would undo them>",
      "~           the emergency card on this machine is that of v1",
      "",
      "  next      the host is not as the state holds it; this says how to go on",
      "            pulumi preview --stack prod",
    ]);
  });

  it("has a line for each fact, whatever Pulumi says of it", () => {
    const shown = screen(
      judgeStatus(status({ held: { unknown: "error:\n  no such\nstack" } })),
      (_, text) => text,
    );
    expect(shown.split("\n")[0]).to.equal("shop/prod: what runs is not known: error: no such stack");
  });
});
