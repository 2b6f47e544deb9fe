import { quoted } from "../../components/ownCommand";
import { parseDf } from "../../disk/filesystem";
import type { Wanted } from "../target";
import {
  composeCommand,
  composeFiles,
  nameInFile,
  overrideText,
  ownFolder,
  type Project,
} from "./commandLine";
import { lockFunctions } from "./lock";
import { lockedText } from "./said";

/** The first compose with `up --wait-timeout`: https://github.com/docker/compose/releases/tag/v2.17.0 */
const leastCompose = [2, 17] as const;

/** Files that compose reads by itself where none is named. */
const defaultFiles = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const defaultOverrides = defaultFiles.map((name) => name.replace(".", ".override."));

/** Prints what stands in the way of a release, each as a word, a tab and what was found. Changes nothing. */
export function obstaclesScript(project: Project, wanted: readonly Wanted[]): string {
  const inAll = composeCommand(project, wanted, { profiles: [...project.profiles, "*"] });
  const known = [...defaultFiles, ...defaultOverrides];
  return `
exec </dev/null
tell() { printf '%s\\t%s\\n' "$1" "$(printf '%s' "$2" | tr '\\n\\t' '  ')"; }
${lockFunctions}
tell user "$(id -un)"
command -v docker >/dev/null 2>&1 || { tell docker missing; exit 0; }
version=$(docker compose version --short 2>/dev/null) || version=none
tell compose "$version"
engine=$(docker version --format '{{.Server.Version}}' 2>&1) || tell engine "$engine"
cd ${quoted(project.folder)} 2>/dev/null || { tell folder missing; exit 0; }
{ [ -w . ] || [ -w ${ownFolder} ]; } || tell folder unwritable
[ ! -e ${ownFolder} ] || [ -w ${ownFolder} ] || tell folder unwritable
own=.; [ ! -d ${ownFolder} ] || own=${ownFolder}
tell df "$(df -kP "$own" 2>/dev/null | tail -n 1)"
unreadable=
for file in ${[...composeFiles(project), ...project.envFiles].map(quoted).join(" ")}; do
  [ -r "$file" ] || { tell unreadable "$file"; unreadable=yes; }
done
for file in ${known.join(" ")}; do [ ! -e "$file" ] || tell there "$file"; done
tell chosen "$(sed -n 's/^COMPOSE_FILE=//p' .env 2>/dev/null)"
tell lock "$(holder)"
[ "$version" = none ] || [ -n "$unreadable" ] || {
  if services=$(${inAll} config --services 2>/dev/null); then tell services "$services"
  else tell unusable "$(${inAll} config --services 2>&1 >/dev/null | grep -v level=warning | tail -n 3)"; fi
}
exit 0
`.trim();
}

/** @param address of the host; undefined: this machine */
export function obstaclesIn(
  output: string,
  project: Project,
  wanted: readonly Wanted[],
  address: string | undefined,
): string[] {
  const told = output.split("\n").flatMap((line) => {
    const [, word, found] = /^(\w+)\t(.*)$/.exec(line) ?? [];
    return word === undefined || found === undefined ? [] : [{ word, found }];
  });
  const all = (word: string) => told.filter((one) => one.word === word).map(({ found }) => found);
  const of = (word: string) => all(word)[0];
  const host = address ?? "this machine";
  const { folder } = project;
  const user = of("user") ?? "the user";

  if (of("docker") === "missing")
    return [
      `docker was not found on ${host}: install Docker Engine with its compose plugin, https://docs.docker.com/engine/install/`,
    ];
  return [
    ...composeProblem(of("compose") ?? "none", host),
    ...engineProblem(of("engine"), user, host),
    ...(of("folder") === "missing"
      ? [
          `there is no folder ${folder} on ${host} that ${user} may enter: name the project's folder in compose.folder`,
        ]
      : []),
    ...(of("folder") === "unwritable"
      ? [
          `${user} may not write into ${folder} on ${host}, where ${ownFolder}/ is kept: sudo install -d -o ${user} ${folder}/${ownFolder}`,
        ]
      : []),
    ...all("unreadable").map((file) => unreadableText(file, all("there"), { folder, host, user })),
    ...leftOut(project, all("there"), of("chosen") ?? ""),
    ...diskProblem(of("df"), overrideText(project, wanted), folder, host),
    ...(of("lock") ? [`${folder} on ${host}: ${lockedText(of("lock") ?? "")}`] : []),
    ...all("unusable").map((said) => `compose can't use its files in ${folder} on ${host}: ${said.trim()}`),
    ...unnamed(project, wanted, of("services")),
  ];
}

function composeProblem(version: string, host: string): string[] {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  const install = "install Docker's compose plugin, https://docs.docker.com/compose/install/linux/";
  const needed = `${leastCompose.join(".")} or newer`;
  if (major === undefined)
    return [`docker has no compose plugin on ${host}, or it does not answer: ${install} (${needed})`];
  const isOld =
    Number(major) < leastCompose[0] || (Number(major) === leastCompose[0] && Number(minor) < leastCompose[1]);
  return isOld ? [`docker compose on ${host} is ${version}, and ${needed} is needed: ${install}`] : [];
}

function engineProblem(said: string | undefined, user: string, host: string): string[] {
  if (said === undefined) return [];
  return /permission denied/i.test(said)
    ? [
        `${user} may not use the Docker engine on ${host}: sudo usermod -aG docker ${user}, which holds from the next login on`,
      ]
    : [`no Docker engine answers on ${host}: ${said.trim()}; start it there: sudo systemctl start docker`];
}

function unreadableText(
  file: string,
  there: readonly string[],
  { folder, host, user }: { folder: string; host: string; user: string },
): string {
  const others = there.filter((name) => name !== file);
  return `${folder}/${file} is not there on ${host}, or ${user} may not read it: ${others.length === 0 ? "name the files in compose.files and compose.envFiles" : `there are ${others.join(", ")}, which are named in compose.files`}`;
}

/** Files that the project's own `docker compose` reads without being told, and that would be left out. */
function leftOut({ files, folder }: Project, there: readonly string[], chosen: string): string[] {
  if (files !== undefined) return [];
  if (chosen !== "")
    return [
      `COMPOSE_FILE is set in ${folder}/.env: name its files in compose.files, ${chosen.split(":").join(", ")}`,
    ];
  const overrides = there.filter((name) => defaultOverrides.includes(name));
  return overrides.length === 0
    ? []
    : [
        `docker compose reads ${overrides.join(", ")} in ${folder} by itself: name it in compose.files after the others, or name the others without it`,
      ];
}

function diskProblem(df: string | undefined, text: string, folder: string, host: string): string[] {
  const [filesystem] =
    df === undefined ? [] : parseDf(`F 1024-blocks Used Available Capacity Mounted on\n${df}`);
  const needed = 2 * blockOf(text);
  return filesystem === undefined || filesystem.free >= needed
    ? []
    : [
        `${filesystem.free} bytes are free for ${folder} on ${host} (${filesystem.name}), and ${needed} are needed: free some, such as by docker image prune`,
      ];
}

/** Bytes that a text takes in blocks of the usual size. */
function blockOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4096) * 4096;
}

function unnamed(project: Project, wanted: readonly Wanted[], services: string | undefined): string[] {
  if (services === undefined) return [];
  const names = services.split(" ").filter((name) => name !== "");
  const absent = wanted.filter(({ service }) => !names.includes(nameInFile(project, service)));
  return absent.map(
    ({ service }) =>
      `${composeFiles(project).join(", ")} in ${project.folder} has no service ${nameInFile(project, service)}: it has ${names.join(", ")}; name the right one in compose.services.${service}.service`,
  );
}
