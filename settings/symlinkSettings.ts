import { z } from "zod";
import { rule } from "./asWritten";
import { checkHost, hostFields } from "./hostSettings";
import { checkFolders, releaseFolderFields } from "./systemdSettings";
import { listOf, mapOf, resourceName, seconds, structure, text, truthValue, wholeNumber } from "./values";

const aPath = { error: "write a path within the release, such as storage or .env, without .." };
const ownPath = z
  .string(aPath)
  .regex(/^(?![-/])[^\s\0]+$/, aPath)
  .refine((path) => !path.split("/").some((part) => part === ".." || part === "."), aPath);

const commands = (example: string) =>
  listOf(text("write a shell command"), `write a list of shell commands, such as [${example}]`).default([]);

const symlinkService = structure(
  {
    ...releaseFolderFields,
    sharedFolders: listOf(ownPath, "write a list of folders, such as [storage]")
      .default([])
      .describe("Folders that all releases share: each release has a link to `shared/` in their place."),
    sharedFiles: listOf(ownPath, "write a list of files, such as [.env]")
      .default([])
      .describe("Files that all releases share, in the same way."),
    build: commands("composer install --no-dev").describe(
      "Shell commands that make a new release ready, in its folder, before the switch; a release that lies on the host is not built again.",
    ),
    afterSwitch: commands("php artisan config:cache").describe(
      "Shell commands after each switch, in either direction, in the release's folder: caches, `php artisan queue:restart`, a reload of php-fpm. They are run again where an earlier `up` did not get through them.",
    ),
    logFiles: listOf(ownPath, "write a list of files, such as [storage/logs/laravel.log]")
      .default([])
      .describe("Files in the release's folder whose last lines tell of a failure."),
    commandWithin: seconds(1, 3600)
      .default(300)
      .describe("Seconds that each of these commands may take; then it is ended."),
    removeUnknown: truthValue
      .default(false)
      .describe(
        "Whether old releases that Deployer's log names are removed too; what no log names never is.",
      ),
  },
  "write where the service lies, such as {folder: /var/www/shop, sharedFiles: [.env]}",
);

/** Services of which a link says which release is served, as Deployer lays them out, on a host or on this machine. */
export const symlink = structure(
  {
    ...hostFields,
    keep: wholeNumber(2, 100)
      .default(5)
      .describe(
        "Releases that stay on the host, those that were current last; the current one and the one before stay besides.",
      ),
    services: mapOf(resourceName, symlinkService, "write a map of service names to their folder").describe(
      "Where each service of the release lies, and what makes it ready.",
    ),
  },
  "write where the services are, such as {host: deploy@shop.example, services: {shop: {folder: /var/www/shop}}}",
)
  .check(rule(checkHost))
  .check(rule(checkFolders));

export type SymlinkSettings = z.output<typeof symlink>;
