import type { z } from "zod";
import { guards } from "./guardSettings";
import { record } from "./recordSettings";
import { settingsSchema } from "./settings";
import { structure } from "./values";

const all = settingsSchema.shape;
const { url, tool, table, countUpTo } = all.database.unwrap().shape;

/**
 * What a stack file can say where the user's own program runs the containers: which release, and what it is held to. How
 * containers are run, migrated and asked is in that program.
 */
export const assessmentSettings = structure(
  {
    imageTag: all.imageTag,
    releases: all.releases,
    docker: structure(
      { host: all.docker.unwrap().shape.host },
      "write which engine runs the containers, such as {host: ssh://deploy@shop.example}",
    ).optional(),
    database: structure(
      { url, tool, table, countUpTo },
      "write the database as a map, such as {url: databaseUrl}",
    ).optional(),
    schema: all.schema,
    guards: structure(
      guards.pick({ schema: true, horizon: true, wayBack: true, ci: true }).shape,
      "write the guards as a map, such as {schema: conditional}",
    ).prefault({}),
    hold: all.hold,
    quarantine: all.quarantine,
    retry: all.retry,
    acknowledge: all.acknowledge,
    record: structure(
      record.pick({ folder: true, reason: true, detected: true, owner: true }).shape,
      "write the record as a map, such as {folder: .knowngood}",
    ).prefault({}),
  },
  "write the settings as a map",
);

export type AssessmentSettings = z.output<typeof assessmentSettings>;
