/** Judges one gap in a process of its own: `judgeInProcess.ts WHERE SHIPPED AHEAD`, the judgement as JSON. */
import { judgeOnScratch } from "../../../schema/scratch/judgeOnScratch";

const [where = "embedded", shipped = "", ahead = ""] = process.argv.slice(2);

void judgeOnScratch(
  { shipped: [{ name: "shipped", sql: shipped }], ahead: [{ name: "ahead", sql: ahead }] },
  { scratch: where === "embedded" ? where : { url: where } },
).then((judgement) => process.stdout.write(JSON.stringify(judgement)));
