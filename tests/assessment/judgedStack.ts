import { assess, type Assessment, type AssessmentQuestion } from "../../assessment/assessment";
import type { SchemaEvidence } from "../../assessment/schemaEvidence";
import { release, serviceInState, stackInState, stateOf } from "../history/states";
import { finding, judgementOf, quiet, schemaAt, surveyOf, usual } from "./evidence";

export const v1 = release("v1", 1, { api: "a" }, ["1"]);
export const v2 = { ...release("v2", 2, { api: "b" }, ["1", "2"]), flags: ["search"] };
export const v3 = { ...release("v3", 3, { api: "c" }, ["1", "2", "3"]), flags: ["search", "coupons"] };
const survey = surveyOf(v1, v2, v3);
const known = stackInState([
  { tag: "v2", passedAt: "2026-01-02T00:00:00.000Z" },
  { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
]);
export const runs = (tag: string, letter: string) =>
  stateOf(...serviceInState("api", letter, tag, tag), known);
export const renamed = finding("breaking", "column-renamed", "orders.amount", "3_m3");
export const loosened = finding("conditional", "not-null-dropped", "orders.note", "2_m2");

/** A rollback from v3 to v2, whose code breaks on what v3 renamed. */
export function back(
  schema: Partial<SchemaEvidence> = {},
  question: Partial<AssessmentQuestion> = {},
  applied = ["1", "2", "3"],
): Assessment {
  const own = schemaAt(v2, applied, { judgement: judgementOf(renamed), ...schema });
  const evidence = { ...quiet, state: runs("v3", "c"), schema: own };
  return assess({ ...usual, target: v2, services: ["api"], survey, evidence, ...question });
}

/** Forward from v2 to v3. */
export function forward(
  schema: Partial<SchemaEvidence> = {},
  question: Partial<AssessmentQuestion> = {},
): Assessment {
  const own = schemaAt(v3, ["1", "2"], {
    standings: [
      { tag: "v2", now: judgementOf(), after: judgementOf(renamed) },
      { tag: "v1", now: judgementOf(loosened), after: judgementOf(renamed, loosened) },
    ],
    ...schema,
  });
  const evidence = { ...quiet, state: runs("v2", "b"), schema: own };
  return assess({ ...usual, target: v3, services: ["api"], survey, evidence, ...question });
}

export const reportOf = ({ risk }: Assessment) => {
  if (risk === undefined) throw new Error("nothing was judged");
  return risk.report;
};
