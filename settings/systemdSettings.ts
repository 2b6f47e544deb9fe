import { z } from "zod";
import { fieldsOf, itemsOf, rule, type Complain } from "./asWritten";
import { checkHost, hostFields } from "./hostSettings";
import {
  absolutePath,
  choice,
  listOf,
  mapOf,
  resourceName,
  seconds,
  structure,
  text,
  truthValue,
  wholeNumber,
} from "./values";

const aUnit = { error: "write a unit's whole name, such as web.service" };
const unitName = z
  .string(aUnit)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9:_.\\@-]*\.(service|socket|target|timer|path)$/, aUnit);

const aFileName = { error: "write a file's name without a folder, such as web" };
const fileName = z.string(aFileName).regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, aFileName);

/** Where a service's releases lie; the same for all targets that switch a link. */
export const releaseFolderFields = {
  folder: absolutePath("on the host").describe(
    "Folder of the service on the host, with `releases/` and the link `current`; its user must be able to write there, and no other service may have it.",
  ),
  stripComponents: wholeNumber(0, 9)
    .default(0)
    .describe("Leading folders of an archive to leave out, as `tar --strip-components` takes it."),
};

const systemdService = structure(
  {
    ...releaseFolderFields,
    units: listOf(unitName, "write a list of units, such as [web.service]")
      .min(1, { error: "name at least one unit" })
      .describe("Units that run the release: their `ExecStart` begins at `current` in the folder."),
    unitFiles: mapOf(unitName, text("write the unit file's path"), "write a map of units to their files")
      .default({})
      .describe(
        "Files of this project that are the units' own, from its folder; written to the host where they differ. Without them the units are the host's.",
      ),
    binary: fileName
      .optional()
      .describe(
        "Name of the file in the release where the artifact is no archive; by default the service's name.",
      ),
  },
  "write where the service lies and its units, such as {folder: /opt/web, units: [web.service]}",
).check(rule(checkUnitFiles));

/** Services that systemd runs, on a host or on this machine. */
export const systemd = structure(
  {
    ...hostFields,
    manager: choice(["system", "user"])
      .default("system")
      .describe("`user` for units of the user's own manager (`systemctl --user`), which must linger."),
    sudo: truthValue
      .default(false)
      .describe(
        "Whether `systemctl restart` and `daemon-reload` go through `sudo -n`, for a user who may run just these.",
      ),
    activeFor: seconds(1, 600)
      .default(5)
      .describe(
        "Seconds for which the units must stay active, without a restart, before the switch counts as done.",
      ),
    keep: wholeNumber(2, 100)
      .default(5)
      .describe(
        "Releases that stay on the host, those that ran last; the running one and the one before stay besides.",
      ),
    services: mapOf(
      resourceName,
      systemdService,
      "write a map of service names to their folder and units",
    ).describe("Where each service of the release lies, and which units run it."),
  },
  "write where the services are, such as {host: deploy@web-01, services: {web: {folder: /opt/web, units: [web.service]}}}",
)
  .check(rule(checkHost))
  .check(rule(checkFolders));

/** Releases of two services in one folder would remove each other. */
export function checkFolders(settings: unknown, complain: Complain): void {
  const first = new Map<string, string>();
  for (const [name, service] of Object.entries(fieldsOf(fieldsOf(settings).services))) {
    const { folder: written } = fieldsOf(service);
    if (typeof written !== "string") continue;
    const folder = written.replace(/\/+$/, "");
    const other = first.get(folder);
    if (other === undefined) first.set(folder, name);
    else
      complain(["services", name, "folder"], "give each service a folder of its own", `that of ${other} too`);
  }
}

function checkUnitFiles(settings: unknown, complain: Complain): void {
  const { units, unitFiles } = fieldsOf(settings);
  const known = itemsOf(units);
  for (const unit of Object.keys(fieldsOf(unitFiles))) {
    if (!known.includes(unit))
      complain(["unitFiles", unit], "name a unit of `units`", `${unit}, which is none of them`);
  }
}

export type SystemdSettings = z.output<typeof systemd>;
