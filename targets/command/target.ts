import { quoted } from "../../components/ownCommand";
import { commandEnvironment } from "../../gates/commandGate";
import { boundedLog } from "../../gates/failureText";
import { runToEnd, type CommandEnd } from "../../gates/runToEnd";
import { plain } from "../../gates/shownText";
import { ReleaseFailed, TargetError, type Found, type Target, type Tell, type Wanted } from "../target";
import type { CommandPlace, PlacedCommand } from "./place";
import { filled } from "./placeholders";
import { meantBuild, saidToRun } from "./whatRuns";

/** A platform's own command line as a target. Its commands run here, in the project's folder. */
export function open(place: CommandPlace, signal: AbortSignal): Target {
  const ran = async (asked: PlacedCommand, wanted: Wanted, lines?: number): Promise<CommandEnd> => {
    const end = await runToEnd(filled(asked.command, wanted, lines), {
      environment: { ...commandEnvironment(process.env), ...asked.env },
      within: asked.within,
      signal,
    });
    signal.throwIfAborted();
    return end;
  };

  const look = async (known: readonly Wanted[]): Promise<Found[]> => {
    const services = [...new Set(known.map(({ service }) => service))];
    return Promise.all(
      services.map(async (service): Promise<Found> => {
        const own = known.filter((build) => build.service === service);
        const [asked] = own;
        if (asked === undefined) throw new TargetError(`nothing is known of ${service}`);
        const end = await ran(place.status, asked);
        if (end.exitCode !== 0) throw new TargetError(unanswered("status", service, place.status, end));
        const said = saidToRun(end.output, place.status.runs);
        if (said === undefined)
          return {
            service,
            digest: undefined,
            instance: "none",
            state: { status: "missing", instance: "", restarts: 0 },
          };
        const build = meantBuild(said, own);
        return {
          service,
          digest: build?.digest,
          instance: said,
          state: { status: "running", instance: said, restarts: 0 },
        };
      }),
    );
  };

  const deploy = async (wanted: Wanted, tell: Tell): Promise<void> => {
    tell(`${wanted.service}: deploying ${wanted.release}`);
    const end = await ran(place.deploy, wanted);
    if (end.exitCode === 0) return;
    throw new ReleaseFailed(unanswered("deploy", wanted.service, place.deploy, end), end.output);
  };

  return {
    obstacles: () => Promise.resolve([]),
    // The platform fetches by itself, when it deploys.
    fetch: () => Promise.resolve(),
    present: () => Promise.resolve([]),
    async switchTo(wanted, tell) {
      const before = await look(wanted);
      const runs = (found: readonly Found[], { service, digest }: Wanted) =>
        found.some((each) => each.service === service && each.digest === digest);
      // One after the other: what a platform does of two deployments at once is not known.
      for (const build of wanted) {
        if (runs(before, build)) tell(`${build.service}: runs ${build.release} already`);
        else await deploy(build, tell);
      }
      const after = await look(wanted);
      const wrong = wanted.filter((build) => !runs(after, build));
      if (wrong.length === 0) return after;
      const told = wrong.map(({ service, release }) => {
        const said = after.find((each) => each.service === service)?.instance ?? "nothing";
        return `${service} is to run ${release}, and the platform's status says ${said}`;
      });
      throw new TargetError(
        `${told.join("; ")}. Its deploy command had succeeded: look whether command.status.runs reads its answer rightly.`,
      );
    },
    async stop(services, tell) {
      if (place.stop === undefined)
        throw new TargetError("services can't be stopped, since no command is set for it: command.stop");
      for (const service of services) {
        tell(`${service}: stopping`);
        const end = await ran(place.stop, named(service));
        if (end.exitCode !== 0) throw new TargetError(unanswered("stop", service, place.stop, end));
      }
    },
    look,
    async logs(service, lines) {
      if (place.logs === undefined) throw new TargetError("no command is set for it: command.logs");
      const end = await ran(place.logs, named(service), lines);
      if (end.exitCode !== 0) throw new TargetError(unanswered("logs", service, place.logs, end));
      return end.output;
    },
    async exec(_service, command, timeoutMs) {
      const { exitCode = 1, output } = await runToEnd(command, {
        environment: commandEnvironment(process.env),
        within: timeoutMs / 1000,
        signal,
      });
      return { exitCode, output };
    },
    byHand: (wanted) => [
      ...environmentLines(place.deploy),
      ...wanted.map((build) => filled(place.deploy.command, build).map(quoted).join(" ")),
    ],
  };
}

/** A secret is not known to a card: it has to be set by who runs it. */
function environmentLines({ env }: PlacedCommand): string[] {
  return Object.entries(env).map(([name, value]) =>
    value === "" ? `: "\${${name}:?set it, and export it}"` : `export ${name}=${quoted(value)}`,
  );
}

/** A service without a release: what its name alone is asked for. */
function named(service: string): Wanted {
  return { service, release: "", digest: "", from: "" };
}

function unanswered(what: string, service: string, { within }: PlacedCommand, end: CommandEnd): string {
  const how = end.timedOut
    ? `did not end within ${within} s`
    : end.exitCode === undefined
      ? `was ended by ${end.signal ?? "a signal"}`
      : `ended with exit code ${end.exitCode}`;
  const last = boundedLog(plain(end.output)).at(-1);
  return `the command for ${what} of ${service} ${how}${last === undefined ? "" : `: ${last}`}`;
}
