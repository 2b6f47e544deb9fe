import { dump } from "js-yaml";
import { quoted } from "../../components/ownCommand";
import type { ComposeSettings } from "../../settings/composeSettings";
import type { Wanted } from "../target";

/** What compose is told of a project, without how the host is reached. */
export type Project = Pick<
  ComposeSettings,
  "folder" | "files" | "project" | "profiles" | "envFiles" | "tagVariable" | "waitTimeout" | "services"
>;

/** What is kept on the host, in the project's folder. */
export const ownFolder = ".knowngood";

/** Files that say which images a project runs, from its folder; two projects may share the folder. */
export function overrideFiles({ project }: Project): {
  present: string;
  previous: string;
  unfinished: string;
} {
  const name = project ?? "release";
  return {
    present: `${ownFolder}/${name}.override.yml`,
    previous: `${ownFolder}/${name}.previous.yml`,
    unfinished: `${ownFolder}/.${name}.unfinished`,
  };
}

export function composeFiles({ files }: Project): readonly string[] {
  return files ?? ["docker-compose.yml"];
}

/** The name in the compose file of a release's service. */
export function nameInFile({ services }: Project, service: string): string {
  return services[service]?.service ?? service;
}

/** `repository@sha256:…` */
export function pinned({ from, digest }: Wanted): string {
  return `${from}@${digest}`;
}

/** The compose file that pins the release's images: the only thing that knowngood adds to a project. */
export function overrideText(project: Project, wanted: readonly Wanted[]): string {
  const services = Object.fromEntries(
    wanted.map((one) => [
      nameInFile(project, one.service),
      // An image that is there is not asked for again, whatever the project's own file says: a registry may be down.
      { image: pinned(one), pull_policy: "missing" },
    ]),
  );
  const releases = [...new Set(wanted.map(({ release }) => release))].join(", ");
  return `# Written by knowngood, and written again with every release: ${JSON.stringify(releases)}\n${dump({ services }, { lineWidth: -1 })}`;
}

/**
 * `docker compose` for a project, as its shell takes it in the project's folder.
 * @param further compose files besides the project's own; `-` is standard input
 */
export function composeCommand(
  project: Project,
  wanted: readonly Wanted[],
  {
    further = [],
    profiles = project.profiles,
  }: { further?: readonly string[]; profiles?: readonly string[] } = {},
): string {
  const option = (name: string) => (value: string) => [name, value];
  const words = [
    "docker",
    "compose",
    ...(project.project === undefined ? [] : ["--project-name", project.project]),
    ...profiles.flatMap(option("--profile")),
    ...project.envFiles.flatMap(option("--env-file")),
    ...[...composeFiles(project), ...further].flatMap(option("-f")),
  ];
  return [...variables(project, wanted), ...words.map(quoted)].join(" ");
}

/** What the project's files may take image and tag from. A look that knows no release needs them all the same. */
function variables({ tagVariable, services }: Project, wanted: readonly Wanted[]): string[] {
  const of = (name: string) => wanted.find(({ service }) => service === name);
  const set = (name: string, value: string) => `${name}=${quoted(value)}`;
  return [
    ...(tagVariable === undefined ? [] : [set(tagVariable, wanted[0]?.release ?? "unknown")]),
    ...Object.entries(services).flatMap(([name, { imageVariable }]) => {
      const one = of(name);
      return imageVariable === undefined
        ? []
        : [set(imageVariable, one === undefined ? "unknown" : pinned(one))];
    }),
  ];
}

/** What compose is told when it brings services to the release; others keep running as they are. */
export function upWords({ waitTimeout }: Project, names: readonly string[]): string {
  const words = ["up", "-d", "--no-deps", "--no-build", "--wait", "--wait-timeout", String(waitTimeout)];
  return [...words, ...names.map(quoted)].join(" ");
}

/** The same by hand, with nothing but a shell and compose. */
export function linesByHand(project: Project, wanted: readonly Wanted[]): string[] {
  const { present } = overrideFiles(project);
  const text = overrideText(project, wanted).trimEnd().split("\n").map(quoted).join(" ");
  const compose = composeCommand(project, wanted, { further: [present] });
  const names = wanted.map(({ service }) => nameInFile(project, service));
  return [
    `cd ${quoted(project.folder)}`,
    `mkdir -p ${ownFolder}`,
    `printf '%s\\n' ${text} > ${quoted(present)}`,
    `${compose} ${upWords(project, names)}`,
  ];
}

/** Words before a command that runs in a service's container; the shell is in the project's folder. */
export function wordsInside(project: Project, wanted: readonly Wanted[], service: string): string {
  const { present } = overrideFiles(project);
  const compose = composeCommand(project, wanted, { further: [present] });
  return `env ${compose} exec -T ${quoted(nameInFile(project, service))}`;
}
