import { quoted } from "../../components/ownCommand";
import { ownFolder, overrideFiles, type Project } from "./commandLine";
import { lockFunctions } from "./lock";

/** Exit code of a script whose folder is not there; sysexits' EX_NOINPUT. */
export const noFolderExit = 66;
/** Exit code of a script that could not write into the folder; sysexits' EX_IOERR. */
export const unwrittenExit = 74;

/** What every script begins with: the folder, and compose for this project, which must not read the script's own input. */
export function inFolder({ folder }: Project, compose: string): string {
  return [`cd ${quoted(folder)} || exit ${noFolderExit}`, `compose() { ${compose} "$@" </dev/null; }`].join(
    "\n",
  );
}

/** The name of the project, as `$project`. Services of profiles that are not active do not matter to it. */
function nameOf({ project }: Project): string {
  if (project !== undefined) return `project=${quoted(project)}`;
  return [
    "named=$(compose config) || exit",
    "project=$(printf '%s\\n' \"$named\" | sed -n 's/^name: *//p' | head -n 1 | tr -d '\"')",
    "named=",
  ].join("\n");
}

const label = "com.docker.compose";
const ofProject = `--filter label=${label}.project="$project" --filter label=${label}.oneoff=False`;

const containerFormat = [
  '"id":{{json .Id}}',
  '"image":{{json .Image}}',
  '"reference":{{json .Config.Image}}',
  `"service":{{json (index .Config.Labels "${label}.service")}}`,
  '"state":{{json .State}}',
  '"restarts":{{json .RestartCount}}',
].join(",");

/** The ids of the project's containers, or of those of one service, as `$ids`. */
function idsOf(project: Project, service?: string): string {
  const ofService = service === undefined ? "" : ` --filter label=${label}.service=${quoted(service)}`;
  return `${nameOf(project)}\nids=$(docker container ls --all --quiet --no-trunc ${ofProject}${ofService} </dev/null) || exit`;
}

/** Prints each container of the project and then each image that these were made of, as a line of JSON. */
export function lookScript(project: Project, compose: string): string {
  return `
${inFolder(project, compose)}
${idsOf(project)}
[ -n "$ids" ] || exit 0
docker container inspect --format '{${containerFormat}}' $ids </dev/null
images=$(docker container inspect --format '{{.Image}}' $ids </dev/null 2>/dev/null | sort -u)
docker image inspect --format '{"layersOf":{{json .Id}},"digests":{{json .RepoDigests}}}' $images </dev/null 2>/dev/null
exit 0
`.trim();
}

/** Prints the last lines of a service's containers, both streams as they came. */
export function logsScript(project: Project, compose: string, service: string, lines: number): string {
  return `
${inFolder(project, compose)}
${idsOf(project, service)}
for id in $ids; do docker container logs --tail ${lines} "$id" </dev/null 2>&1 || exit; done
`.trim();
}

/** Runs a command in a container; its exit code is the script's. */
export function execScript(id: string, command: readonly string[]): string {
  return `exec docker container exec ${[id, ...command].map(quoted).join(" ")} </dev/null`;
}

/**
 * Stops or restarts services' containers, under the folder's lock.
 * @param names of services in the file
 */
export function containersScript(
  project: Project,
  compose: string,
  word: "stop" | "restart",
  names: readonly string[],
): string {
  return `
${inFolder(project, compose)}
${lockFunctions}
mkdir -p ${ownFolder} || exit ${unwrittenExit}
lock
${nameOf(project)}
for service in ${names.map(quoted).join(" ")}; do
  ids=$(docker container ls --all --quiet --no-trunc ${ofProject} --filter label=${label}.service="$service" </dev/null) || exit
  [ -z "$ids" ] || docker container ${word} $ids </dev/null >/dev/null || exit
done
`.trim();
}

/** Prints each of the images that lie on the host. */
export function presentScript(images: readonly string[]): string {
  return `
docker version --format . </dev/null >/dev/null || exit
for image in ${images.map(quoted).join(" ")}; do
  docker image inspect --format . "$image" </dev/null >/dev/null 2>&1 && printf '%s\\n' "$image"
done
exit 0
`.trim();
}

/** Pulls services' images; the override that names them is not kept, since nothing of the project changes yet. */
export function pullScript(
  project: Project,
  compose: string,
  override: string,
  names: readonly string[],
): string {
  return `
cd ${quoted(project.folder)} || exit ${noFolderExit}
printf '%s' ${quoted(override)} | ${compose} pull --quiet ${names.map(quoted).join(" ")} || {
  code=$?
  df -kP "$(docker info --format '{{.DockerRootDir}}' </dev/null)" 2>/dev/null | tail -n 1
  exit $code
}
`.trim();
}

/** Prints what compose makes of the project's files, as JSON. It may hold secrets. */
export function configScript(project: Project, compose: string): string {
  return `${inFolder(project, compose)}\ncompose config --format json`;
}

export interface Change {
  /** Content of the new override. */
  override: string;
  /** Services that others need and that don't run: started, and not made anew where they are there. */
  missing: readonly string[];
  /** Words after compose; undefined where nothing but the override changes. */
  up: string | undefined;
}

/**
 * Brings the project to the release, under the folder's lock. The override is written whole, and the one before it kept; both
 * hold no secret.
 */
export function changeScript(project: Project, compose: string, { override, missing, up }: Change): string {
  const files = overrideFiles(project);
  const [present, previous, unfinished] = [files.present, files.previous, files.unfinished].map(quoted);
  return `
${inFolder(project, compose)}
${lockFunctions}
mkdir -p ${ownFolder} || exit ${unwrittenExit}
lock
unwritten() { rm -f ${unfinished} ${unfinished}.previous; exit ${unwrittenExit}; }
printf '%s' ${quoted(override)} > ${unfinished} || unwritten
if [ -f ${present} ] && [ "$(cat ${present})" != "$(cat ${unfinished})" ]; then
  cp ${present} ${unfinished}.previous && mv -f ${unfinished}.previous ${previous} || unwritten
fi
mv -f ${unfinished} ${present} || unwritten
${missing.length === 0 ? ":" : `compose up -d --no-deps --no-recreate --no-build --wait --wait-timeout ${project.waitTimeout} ${missing.map(quoted).join(" ")} || exit`}
${up === undefined ? "exit 0" : `compose ${up}`}
code=$?
# A replacement that was interrupted has left the new container under an unfinished name, and compose goes on with it as it is.
for name in $(compose ps --all --format '{{.Name}}' 2>/dev/null | grep -E '^[0-9a-f]{12}_'); do
  docker container rename "$name" "\${name#*_}" </dev/null 2>/dev/null
done
exit $code
`.trim();
}
