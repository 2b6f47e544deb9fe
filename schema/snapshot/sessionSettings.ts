import type { Sides } from "./catalog";
import { forRole } from "./forRole";
import { durationOf, isOn, isOnlySpeed, tiny } from "./settingValues";
import type { SettingFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";

/** What ALTER DATABASE … SET and ALTER ROLE … SET give a session of old code; of the search path, see `compareNames`. */
export function compareSettings(sides: Sides): StructuralFinding[] {
  const olds = new Map(sides.before.facts.settings.map((setting) => [keyOf(setting), setting]));
  const news = new Map(sides.after.facts.settings.map((setting) => [keyOf(setting), setting]));
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((key) => {
    const old = olds.get(key);
    const now = news.get(key);
    const either = now ?? old;
    if (either === undefined || old?.value === now?.value || isOfNewRole(either, sides)) return [];
    if (isOnlySpeed(either.name) || either.name === "search_path") return [];
    const finding = changed(either, old, now, sides);
    return either.role === 0 ? finding : forRole(finding, whose(either, sides), sides);
  });
}

const keyOf = ({ role, here, name }: SettingFacts) => `${role} ${here} ${name}`;

const isOfNewRole = ({ role }: SettingFacts, { before }: Sides) =>
  role !== 0 && before.role(role) === undefined;

const objectOf = (setting: SettingFacts, sides: Sides) =>
  setting.role === 0
    ? ({ kind: "other", name: "database" } as const)
    : ({ kind: "role", name: whose(setting, sides) } as const);

const whose = ({ role }: SettingFacts, { before, after }: Sides) =>
  role === 0 ? "the database" : (after.role(role)?.name ?? before.role(role)?.name ?? "a role");

function changed(
  either: SettingFacts,
  old: SettingFacts | undefined,
  now: SettingFacts | undefined,
  sides: Sides,
): StructuralFinding {
  const object = objectOf(either, sides);
  const owner = whose(either, sides);
  const { name } = either;
  const remedy = `ALTER ${either.role === 0 ? "DATABASE …" : `ROLE ${owner}`} ${old === undefined ? `RESET ${name}` : `SET ${name} = ${old.value}`}.`;
  if (name === "default_transaction_read_only" && now !== undefined && isOn(now.value))
    return structuralFinding(
      "session-read-only",
      object,
      `Transactions of ${owner} only read; every statement of release code that writes gets an error.`,
      { remedy },
    );
  const milliseconds = now === undefined ? undefined : durationOf(now.value);
  if (/^(statement|transaction)_timeout$/.test(name) && milliseconds !== undefined && tiny(milliseconds))
    return structuralFinding(
      "session-cut-short",
      object,
      `${name} of ${owner} is ${now?.value ?? ""}; statements of release code are ended before they are done.`,
      { remedy },
    );
  return structuralFinding(
    "setting-changed",
    object,
    `${name} of ${owner} is ${now?.value ?? "the server's"}, before ${old?.value ?? "the server's"}.`,
    { remedy: `Look whether release code relies on the value that it had. ${remedy}` },
  );
}
