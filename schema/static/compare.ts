import { compareAccess } from "./compareAccess";
import { compareOthers } from "./compareOthers";
import { compareRelations } from "./compareRelations";
import { compareRoutines } from "./compareRoutines";
import { compareTypes } from "./compareTypes";
import type { Schema } from "./model";
import type { ModelFinding } from "./modelFinding";
import type { Ahead } from "./replay";

/** What differs between the schema that old code was written for and the one that it would meet. */
export function compareModels(before: Schema, after: Schema, ahead: Ahead): ModelFinding[] {
  const comparison = { before, after, ahead };
  return [
    ...compareRelations(comparison),
    ...compareRoutines(comparison),
    ...compareTypes(comparison),
    ...compareAccess(comparison),
    ...compareOthers(comparison),
  ];
}
