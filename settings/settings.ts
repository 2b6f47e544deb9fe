import { z } from "zod";
import { healthDefaults, resourceName, service } from "./serviceSettings";

const dockerHost = z
  .string({ error: "write a Docker host, such as ssh://deploy@shop.example" })
  .regex(/^(unix|ssh|tcp|npipe):\/\/./, {
    error:
      "write a Docker host that begins with unix://, ssh:// or tcp://, such as ssh://deploy@shop.example",
  });

/** Everything that a stack file can say, under the namespace `knowngood:`. */
export const settingsSchema = z
  .strictObject({
    imageTag: z
      .string({ error: "set the release to run: pulumi config set imageTag TAG" })
      .min(1, { error: "set the release to run: pulumi config set imageTag TAG" })
      .describe("Tag of the release that the stack runs: the target. The one line that a rollback changes."),
    releases: z
      .string({ error: "write a folder" })
      .min(1, { error: "write a folder" })
      .default("releases")
      .describe("Folder of the catalog, from the project's folder."),
    protected: z
      .boolean({ error: "write true or false" })
      .default(false)
      .describe(
        "Whether the stack is protected: commands ask for confirmation, and its data can't be destroyed.",
      ),
    docker: z
      .strictObject({
        host: dockerHost
          .optional()
          .describe(
            "Engine to run on; by default what `docker` itself would use (DOCKER_HOST, then the local socket).",
          ),
        prefix: resourceName
          .optional()
          .describe(
            "What the names of containers, volumes and the network begin with; by default `<project>-<stack>`.",
          ),
      })
      .prefault({})
      .describe("Where the containers run."),
    services: z
      .record(resourceName, service, { error: "write a map of service names to their settings" })
      .refine((services) => Object.keys(services).length > 0, { error: "name at least one service" })
      .describe("The services of the stack, by name; the names are those of the catalog."),
    volumes: z
      .record(resourceName, z.strictObject({}), {
        error: "write a map of volume names, such as {uploads: {}}",
      })
      .default({})
      .describe("Data volumes of the stack; kept by `pulumi destroy` unless `destroyData` is set."),
    database: z
      .strictObject({
        url: z
          .string({ error: "write the name of the secret setting that holds the database's URL" })
          .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, {
            error:
              "write the name of the secret setting that holds the URL, not the URL itself: pulumi config set --secret databaseUrl postgres://…",
          })
          .default("databaseUrl")
          .describe("Name of the secret setting that holds the database's URL (`postgres://…`)."),
        table: z
          .string({ error: "write a table's name" })
          .regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/, {
            error: "write a table's name, such as schema_migrations",
          })
          .default("schema_migrations")
          .describe("Table in which dbmate keeps the applied versions."),
        lockTimeout: z
          .int({ error: "write a whole number of seconds from 1 to 3600" })
          .min(1, { error: "write a whole number of seconds from 1 to 3600" })
          .max(3600, { error: "write a whole number of seconds from 1 to 3600" })
          .default(60)
          .describe("Seconds to wait for another run of migrations to end."),
      })
      .optional()
      .describe("The PostgreSQL database that the releases' migrations are for; without it none are run."),
    gates: z
      .strictObject({
        health: healthDefaults.describe("Times of every health gate, where a service sets no other."),
      })
      .prefault({})
      .describe("Checks that must pass for an `up` to succeed."),
    record: z
      .strictObject({
        folder: z
          .string({ error: "write a folder" })
          .min(1, { error: "write a folder" })
          .default(".knowngood")
          .describe("Folder in which a failed gate leaves its record, from the project's folder."),
      })
      .prefault({})
      .describe("What is kept of each `up`."),
    destroyData: z
      .boolean({ error: "write true or false" })
      .default(false)
      .describe(
        "Whether `pulumi destroy` also removes data volumes and the database that the stack made. Takes effect with the `up` after it is set.",
      ),
  })
  .superRefine((settings, context) => {
    if (settings.protected && settings.destroyData) {
      context.addIssue({
        code: "custom",
        path: ["destroyData"],
        message:
          "the stack is protected, so its data can't be destroyed: remove one of `protected` and `destroyData`",
      });
    }
    const published = new Map<string, string>();
    for (const [name, service] of Object.entries(settings.services)) {
      service.volumes.forEach((mount, index) => {
        if (mount.volume !== undefined && !(mount.volume in settings.volumes)) {
          context.addIssue({
            code: "custom",
            path: ["services", name, "volumes", index, "volume"],
            message: "no such volume: declare it under `volumes`",
          });
        }
      });
      service.ports.forEach((port, index) => {
        const key = `${port.address}:${port.host}/${port.protocol}`;
        const other = published.get(key);
        if (other !== undefined) {
          context.addIssue({
            code: "custom",
            path: ["services", name, "ports", index, "host"],
            message: `${key} is published by ${other} already: give each its own port`,
          });
        }
        published.set(key, name);
      });
      if (
        service.health?.tcp !== undefined &&
        !service.ports.some((port) => port.host === service.health?.tcp)
      ) {
        context.addIssue({
          code: "custom",
          path: ["services", name, "health", "tcp"],
          message: "name one of the service's published host ports",
        });
      }
    }
  });

export type Settings = z.output<typeof settingsSchema>;
