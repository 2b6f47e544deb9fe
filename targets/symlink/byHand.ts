import { quoted } from "../../components/ownCommand";
import type { Wanted } from "../target";
import type { SymlinkService } from "./place";

/** The lines by which a person brings back a release that lies on the host. */
export function byHandLines(
  { folder, afterSwitch }: SymlinkService,
  { release, digest }: Pick<Wanted, "release" | "digest">,
): string[] {
  const commit = digest.startsWith("git:") ? digest.slice("git:".length) : undefined;
  const found = `grep -lxF ${quoted(`digest=${digest}`)} releases/*/.knowngood 2>/dev/null`;
  const byRevision = commit === undefined ? "" : `; grep -lxF ${commit} releases/*/REVISION 2>/dev/null`;
  return [
    `cd ${quoted(folder)}`,
    `name=$( { ${found}${byRevision}; } | head -n 1 | cut -d / -f 2)`,
    `[ -n "$name" ] || echo ${quoted(`${release} is not on this host: deploy it with dep, or choose a release of releases/`)}`,
    '[ -n "$name" ] && ln -sfn "releases/$name" .by-hand && mv -fT .by-hand current &&',
    ...(afterSwitch.length === 0
      ? ["  rm -f .knowngood/unfinished"]
      : [
          `  (cd current && ${afterSwitch.map((command) => `{ ${command}; }`).join(" && ")}) && rm -f .knowngood/unfinished`,
        ]),
    "readlink current",
  ];
}
