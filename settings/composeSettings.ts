import { z } from "zod";
import { fieldsOf, rule, type Complain } from "./asWritten";
import { checkHost, hostFields } from "./hostSettings";
import { absolutePath, environmentName, listOf, mapOf, resourceName, structure, wholeNumber } from "./values";

/** One word that is no option, so that it is the same wherever it stands in a command. */
function word(expected: string) {
  const wrong = { error: expected };
  return z.string(wrong).regex(/^[^\s-]\S*$/, wrong);
}

/** A file of the host, from the folder; its name may hold blanks. */
function fileName(expected: string) {
  const wrong = { error: expected };
  return z.string(wrong).regex(/^(?!-)[^\n\0]+$/, wrong);
}

const projectError = {
  error: "write the project's name as compose takes it: lower-case letters, digits, dashes and underscores",
};

const composeService = structure(
  {
    service: z
      .string({ error: "write the service's name in the compose file" })
      .regex(/^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/, { error: "write the service's name in the compose file" })
      .optional()
      .describe("Its name in the compose file; by default the same."),
    imageVariable: environmentName
      .optional()
      .describe(
        "Variable that the compose file takes its image from, such as API_IMAGE in `image: ${API_IMAGE}`; set whenever compose is run. The image is pinned without it too.",
      ),
  },
  "write how it stands in the compose file, such as {service: web}",
);

/** Services that run as a project of Docker Compose, on a host or on this machine. */
export const compose = structure(
  {
    ...hostFields,
    folder: absolutePath("on the host").describe(
      "Folder of the project on the host, in which `docker compose` is run; its user must be able to write there.",
    ),
    files: listOf(
      fileName("write a file's name, such as docker-compose.yml"),
      "write a list of compose files, such as [docker-compose.yml]",
    )
      .min(1, { error: "name at least one compose file" })
      .optional()
      .describe(
        "Compose files, as `docker compose -f` is given them, from the folder; by default docker-compose.yml. Name all of them where docker-compose.override.yml or COMPOSE_FILE is used. They are only read.",
      ),
    project: z
      .string(projectError)
      .regex(/^[a-z0-9][a-z0-9_-]*$/, projectError)
      .optional()
      .describe("Name of the project; by default what compose itself calls it."),
    profiles: listOf(word("write a profile's name"), "write a list of profiles, such as [production]")
      .default([])
      .describe("Profiles that are active, besides those of COMPOSE_PROFILES."),
    envFiles: listOf(
      fileName("write a file's name, such as .env.production"),
      "write a list of files, such as [.env.production]",
    )
      .default([])
      .describe(
        "Files that the compose files' `${VARIABLES}` come from, from the folder; by default .env, as compose has it.",
      ),
    tagVariable: environmentName
      .optional()
      .describe(
        "Variable that the compose files take the release's tag from, such as IMAGE_TAG; set to the tag whenever compose is run. Images are pinned by digest without it too.",
      ),
    waitTimeout: wholeNumber(1, 3600, "a whole number of seconds")
      .default(60)
      .describe("Seconds that compose waits for changed services to run and to be healthy."),
    services: mapOf(
      resourceName,
      composeService,
      "write a map of service names to how they stand in the file",
    )
      .default({})
      .describe("How the release's services stand in the compose file, where that says it otherwise."),
  },
  "write where the project is, such as {host: deploy@shop.example, folder: /opt/shop}",
)
  .check(rule(checkHost))
  .check(rule(checkNames));

/** Two services can't be one of the file: it has one image. */
function checkNames(settings: unknown, complain: Complain): void {
  const first = new Map<string, string>();
  for (const [name, service] of Object.entries(fieldsOf(fieldsOf(settings).services))) {
    const inFile = fieldsOf(service).service ?? name;
    if (typeof inFile !== "string") continue;
    const other = first.get(inFile);
    if (other === undefined) first.set(inFile, name);
    else
      complain(
        ["services", name, "service"],
        "name a service of its own for each",
        `${inFile}, which ${other} is too`,
      );
  }
}

export type ComposeSettings = z.output<typeof compose>;
