import * as pulumi from "@pulumi/pulumi";

/** A registration as the engine would have received it. */
export interface Registered {
  name: string;
  type: string;
  urn: string;
  custom: boolean;
  parent: string;
  /** In clear, whether they are secret or not. */
  inputs: Record<string, unknown>;
  /** Names of the inputs that are secret, or hold a secret. */
  secretInputs: string[];
  dependencies: string[];
  provider: string;
  deleteBeforeReplace: boolean;
  retainOnDelete: boolean;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  replaceWith: string[];
  /** What a component registered at its end; undefined until it does. */
  outputs?: Record<string, unknown>;
  /** How often it registered outputs. */
  outputsRegistered: number;
}

/** What a resource of a type answers, from its inputs. A type that is not here is one that nobody expects. */
export type Answers = Readonly<
  Record<string, (inputs: Record<string, unknown>, name: string) => Record<string, unknown>>
>;

interface Request {
  getName(): string;
  getType(): string;
  getCustom(): boolean;
  getParent(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
  getDependenciesList(): string[];
  getProvider(): string;
  getDeletebeforereplace(): boolean;
  getRetainondelete(): boolean;
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getReplaceWithList(): string[];
}
type Reply = (error: unknown, response?: { getUrn(): string }) => void;
interface Monitor {
  registerResource(request: Request, reply: Reply): Promise<void>;
  registerResourceOutputs(
    request: { getUrn(): string; getOutputs(): { toJavaScript(): Record<string, unknown> } },
    reply: (error: unknown, response?: unknown) => void,
  ): void;
}

/** What a function of a provider answers, from its inputs, by its token. */
export type CallAnswers = Answers;

/** Pulumi's mocks, with everything written down that is registered. */
export class World {
  readonly registered: Registered[] = [];
  private readonly unexpected: string[] = [];

  static async with(answers: Answers, calls: CallAnswers = {}): Promise<World> {
    const world = new World();
    await pulumi.runtime.setMocks(
      {
        newResource: ({ name, type, inputs, custom }) => {
          const own = plain(inputs) as Record<string, unknown>;
          if (!custom) return { id: "", state: own };
          const answer = answers[type];
          if (answer === undefined) throw world.surprise(`a resource of type ${type}: ${name}`);
          return { id: `${name}-id`, state: { ...own, ...answer(own, name) } };
        },
        call: ({ token, inputs }) => {
          const answer = calls[token];
          if (answer === undefined) throw world.surprise(`a call of ${token}`);
          return answer(plain(inputs) as Record<string, unknown>, token);
        },
      },
      "shop",
      "prod",
    );
    world.listen(pulumi.runtime.getMonitor() as unknown as Monitor);
    return world;
  }

  /** The engine's side swallows what a mock throws, so it is kept for `declare` too. */
  private surprise(what: string): Error {
    this.unexpected.push(`nobody expects ${what}`);
    return new Error(`nobody expects ${what}`);
  }

  private listen(monitor: Monitor): void {
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, reply) =>
      register(request, (error, response) => {
        if (response) this.registered.push(registration(request, response.getUrn()));
        reply(error, response);
      });
    const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
    monitor.registerResourceOutputs = (request, reply) => {
      const component = this.registered.find(({ urn }) => urn === request.getUrn());
      if (component) {
        component.outputs = plain(request.getOutputs().toJavaScript()) as Record<string, unknown>;
        component.outputsRegistered += 1;
      }
      registerOutputs(request, reply);
    };
  }

  /** Declares resources, and waits until all are registered; throws where one was that nobody expects. */
  async declare<Declared>(declaration: () => Declared): Promise<Declared> {
    const declared = declaration();
    await pulumi.runtime.disconnect();
    if (this.unexpected.length > 0) throw new Error(this.unexpected.join("\n"));
    return declared;
  }

  /** The resource of a type and a name. */
  one(type: string, name: string): Registered {
    const found = this.registered.filter((resource) => resource.type === type && resource.name === name);
    if (found[0] === undefined || found.length > 1) {
      const all = this.registered.map((resource) => `${resource.type} ${resource.name}`).join("\n");
      throw new Error(`${found.length} of type ${type} with the name ${name}; there are\n${all}`);
    }
    return found[0];
  }

  names(type: string): string[] {
    return this.registered
      .filter((resource) => resource.type === type)
      .map(({ name }) => name)
      .sort();
  }
}

function registration(request: Request, urn: string): Registered {
  const inputs = request.getObject().toJavaScript();
  return {
    name: request.getName(),
    type: request.getType(),
    urn,
    custom: request.getCustom(),
    parent: request.getParent(),
    inputs: plain(inputs) as Record<string, unknown>,
    secretInputs: Object.keys(inputs).filter((name) => holdsSecret(inputs[name])),
    dependencies: request.getDependenciesList(),
    provider: request.getProvider(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    retainOnDelete: request.getRetainondelete(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    replaceWith: request.getReplaceWithList(),
    outputsRegistered: 0,
  };
}

function holdsSecret(value: unknown): boolean {
  if (pulumi.runtime.isRpcSecret(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}

/** The value without the wrapping of its secrets. */
function plain(value: unknown): unknown {
  const open: unknown = pulumi.runtime.isRpcSecret(value) ? pulumi.runtime.unwrapRpcSecret(value) : value;
  if (Array.isArray(open)) return open.map(plain);
  if (typeof open !== "object" || open === null) return open;
  return Object.fromEntries(Object.entries(open).map(([name, item]) => [name, plain(item)]));
}

export const types = {
  command: "command:local:Command",
  image: "docker:index/remoteImage:RemoteImage",
  container: "docker:index/container:Container",
  volume: "docker:index/volume:Volume",
  provider: "pulumi:providers:docker",
} as const;

const report = { outcome: "passed", passedAt: "2026-03-01T09:00:00.000Z" };

/** What the world's Prometheus tells of before a change. */
export const baseline = { ratio: 0.02, requests: 100, release: "v1", takenAt: "2026-02-01T09:00:00.000Z" };

/** What became of a flag that was turned off. */
export const flagOff = { outcome: "off", flag: "x", startedAt: report.passedAt, endedAt: report.passedAt };

/** A world in which everything succeeds. */
export const goodAnswers: Answers = {
  [types.image]: () => ({}),
  [types.container]: () => ({}),
  [types.volume]: () => ({}),
  [types.provider]: () => ({}),
  [types.command]: ({ create }, name) => {
    const text = String(create);
    if (text.includes("randomUUID")) return { stdout: `a word of ${name}` };
    if (/ (migrate|stepDown)$/.test(text)) return { stdout: '{"ran":[],"applied":["1"]}' };
    if (text.endsWith(" baseline")) return { stdout: JSON.stringify(baseline) };
    if (text.endsWith(" flag")) return { stdout: JSON.stringify(flagOff) };
    return { stdout: / (health|command|errorRate)$/.test(text) ? JSON.stringify(report) : "" };
  },
};
