import type { EngineEvidence } from "../assessment/engineEvidence";
import { lookAtByHand, byHandWords } from "../assessment/byHand";
import type { Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import type { Running } from "../history/running";
import type { Drift } from "./status";

export interface DriftQuestion {
  found: Omit<EngineEvidence, "engineSilent">;
  held: Running;
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** The release that `imageTag` names; undefined where the catalog does not have it. */
  target: Release | undefined;
  catalog: Catalog;
  adopt: boolean | undefined;
}

/** What on the host is not as the state holds it, in sentences. A service that the state does not hold is not missing. */
export function driftOf({ found, held, stack, target, catalog, adopt }: DriftQuestion): Drift[] {
  const { strays, occupants, networkLost, absent } = found;
  const byHand = strays.flatMap((stray) => (stray.byHand === undefined ? [] : [stray.byHand.service]));
  const gone = held.services.filter(({ service }) => absent.includes(service) && !byHand.includes(service));
  return [
    ...gone.map(({ service, tag }) => ({
      text: `${service}: the host does not run the container of ${tag} that the state holds`,
      byUp: true,
    })),
    ...madeByHand({ found, held, stack, target, catalog, adopt }),
    ...strays
      .filter((stray) => stray.byHand === undefined)
      .map(({ name, idle }) => ({
        text: `${name} ${idle ? "was made by hand and does not run" : "was left by an update that died"}; the next up removes it`,
        byUp: true,
      })),
    ...occupants.map(({ kind, name, owner }) => ({
      text: `the name ${name} is taken by a ${kind} ${owner === undefined ? "that is nobody's" : `of ${owner}`}`,
      byUp: false,
    })),
    ...(networkLost ? [{ text: "the stack's network is gone", byUp: true }] : []),
  ];
}

function madeByHand({ found, held, stack, target, catalog, adopt }: DriftQuestion): Drift[] {
  if (target === undefined) return [];
  const question = { stack, target, catalog, strays: found.strays, adopt, held };
  const assessed = lookAtByHand(question);
  if (assessed.services.length === 0) return [];
  const { warnings, refusals } = byHandWords(assessed, "same", question);
  return [...refusals, ...warnings].map((words) => {
    const [text = "", ...choices] = words.split("\n");
    return { text, byUp: choices.length === 0, ...(choices.length > 0 && { choices }) };
  });
}
