import type { Gap } from "../../../schema/gap";
import { judgeStatically, type StaticJudgement } from "../../../schema/static/judgeStatically";

/** One file ahead of one file shipped. */
export function gapOf(shipped: string, ahead: string): Gap {
  return {
    shipped: shipped === "" ? [] : [{ name: "shipped", sql: shipped }],
    ahead: [{ name: "ahead", sql: ahead }],
  };
}

export function judged(shipped: string, ahead: string): Promise<StaticJudgement> {
  return judgeStatically(gapOf(shipped, ahead));
}

/** Each finding as `verdict rule object:line`. */
export function told(findings: StaticJudgement["findings"]): string[] {
  return findings.map(({ verdict, rule, object, line }) => `${verdict} ${rule} ${object}:${line}`);
}
