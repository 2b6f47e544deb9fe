import { migrationLabel, type Migration, type Release } from "../../catalog/release";

/**
 * Why an `up` can't bring the database to what the target ships: knowngood itself runs dbmate's migrations only, and none
 * where others apply them.
 * @param pending what the target ships and the database has not applied, in order
 * @param by who applies dbmate's. @default the `up`
 * @returns undefined where there is nothing to run, or it can be run
 */
export function notRunnable(
  { tag, tool = "dbmate" }: Pick<Release, "tool"> & { tag?: string },
  pending: readonly Pick<Migration, "version" | "name">[],
  by?: "others",
): string | undefined {
  if ((tool === "dbmate" && by === undefined) || pending.length === 0) return undefined;
  const names = pending.map(migrationLabel);
  const shown =
    names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
  return (
    `${tag === undefined ? "The release" : `Release ${tag}`} ships migrations of ${tool} that the database has not applied (${shown}), and ${by === undefined ? "only dbmate's are run by an up" : "this program applies none"}. ` +
    `Run your own migration before: ${commands[tool]}; then run pulumi up again.`
  );
}

/** How each tool is told to apply what is pending, in the target's own image or checkout. */
const commands: Readonly<Record<Exclude<Release["tool"], undefined>, string>> = {
  dbmate: "dbmate --migrations-dir FOLDER --url URL up",
  "golang-migrate": "migrate -path FOLDER -database URL up",
  goose: "goose -dir FOLDER postgres URL up",
  flyway: "flyway migrate",
  alembic: "alembic upgrade head",
  laravel: "php artisan migrate --force",
  prisma: "npx prisma migrate deploy",
  django: "python manage.py migrate",
};
