import { isWebAddress } from "../../catalog/build";
import { quoted } from "../../components/ownCommand";
import type { Wanted } from "../target";
import type { SystemdPlace, SystemdService } from "./place";

/** The lines by which a person brings a release back on the host. */
export function byHandLines(
  { manager, sudo }: Pick<SystemdPlace, "manager" | "sudo">,
  { folder, units, binary, stripComponents }: SystemdService,
  { service, release, digest, from }: Wanted,
): string[] {
  const systemctl = `systemctl${manager === "user" ? " --user" : ""}`;
  const sha256 = digest.slice("sha256:".length);
  const part = `.by-hand-${sha256.slice(0, 12)}`;
  const fetch = isWebAddress(from)
    ? [`  curl -gfsSL -o ${part} ${quoted(from)}`]
    : [`  # bring ${from} to this host as ${folder}/${part}`];
  const file = quoted(binary ?? service);
  return [
    `cd ${quoted(folder)}`,
    `name=$(grep -lxF ${quoted(`digest=${digest}`)} releases/*/.knowngood 2>/dev/null | head -n 1 | cut -d / -f 2)`,
    'if [ -z "$name" ]; then',
    `  name=${quoted(release)}`,
    ...fetch,
    `  echo "${sha256}  ${part}" | sha256sum -c && mkdir -p "releases/$name" &&`,
    `    { tar -xof ${part} -C "releases/$name" --strip-components=${stripComponents} 2>/dev/null || install -m 755 ${part} "releases/$name"/${file}; } &&`,
    `    printf 'digest=%s\\ntag=%s\\n' ${quoted(digest)} ${quoted(release)} > "releases/$name/.knowngood" && rm ${part}`,
    "fi",
    '[ -f "releases/$name/.knowngood" ] && ln -sfn "releases/$name" .by-hand && mv -fT .by-hand current &&',
    `  ${sudo ? "sudo " : ""}${systemctl} restart ${units.map(quoted).join(" ")} && rm -f .knowngood/unfinished`,
    `${systemctl} is-active ${units.map(quoted).join(" ")}`,
  ];
}
