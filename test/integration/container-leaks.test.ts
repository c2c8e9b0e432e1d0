import {
  ContainerModule,
  definePerUserFunction,
  defineServices,
  inject,
  injectable,
  type ServiceIdentifier,
  z,
} from "@alcove/plugin-api";
import {
  type BindInWhenOnFluentSyntax,
  Container,
  type ContainerModuleLoadOptions,
  type ResolutionContext,
} from "inversify";
import { describe, expect, it } from "vitest";
import { Workbench } from "./support/test-application.js";

// What a room binds and the root must never see; the runtime's own identifier for it.
const RoomUserId: ServiceIdentifier<string> = Symbol.for("@alcove/runtime/RoomUserId");
const Greeter: ServiceIdentifier<Greeter> = Symbol.for("test/Greeter");

interface Greeter {
  userId: string;
}

// The decorators' effects without their syntax, so that the test is ordinary JavaScript to every transpiler.
class InjectedGreeter implements Greeter {
  constructor(readonly userId: string) {}
}
injectable()(InjectedGreeter);
inject(RoomUserId)(InjectedGreeter, undefined, 0);

const Alias: ServiceIdentifier<Greeter> = Symbol.for("test/Alias");

type Scoped = BindInWhenOnFluentSyntax<Greeter>;
type Load = ContainerModuleLoadOptions;

/** Every way to bind a service that wants to know the user. */
const kinds: Record<string, (options: Load) => Scoped> = {
  class: ({ bind }) => bind<Greeter>(Greeter).to(InjectedGreeter),
  "dynamic value": ({ bind }) =>
    bind<Greeter>(Greeter).toDynamicValue((context: ResolutionContext) => ({ userId: context.get(RoomUserId) })),
  "resolved value": ({ bind }) =>
    bind<Greeter>(Greeter).toResolvedValue((userId: string) => ({ userId }), [RoomUserId]),
};
const scopes: Record<string, (binding: Scoped) => unknown> = {
  singleton: (binding) => binding.inSingletonScope(),
  transient: (binding) => binding.inTransientScope(),
  request: (binding) => binding.inRequestScope(),
};
const matrix = Object.keys(kinds).flatMap((kind) => Object.keys(scopes).map((scope) => [kind, scope] as const));

function pluginWith(bindGreeter: (options: Load) => void, provides: ServiceIdentifier[] = [Greeter]) {
  return {
    id: "leaky",
    functions: {
      greet: definePerUserFunction({
        input: z.object({}),
        output: z.object({ greeted: z.string() }),
        services: { greeter: provides[0] as ServiceIdentifier<Greeter | (() => Greeter)> },
        build:
          ({ services }) =>
          () => {
            const greeter = typeof services.greeter === "function" ? services.greeter() : services.greeter;
            return { greeted: greeter.userId };
          },
      }),
    },
    services: { greeters: defineServices({ provides, module: new ContainerModule(bindGreeter) }) },
  };
}

const config = "workflow: { _type: greet }";

describe("a service binding that wants something of a user's room", () => {
  it.each(matrix)("is refused at start when bound as a %s in %s scope", async (kind, scope) => {
    await using bench = await Workbench.create([pluginWith((options) => void scopes[scope]?.(kinds[kind]!(options)))]);
    await expect(bench.start(config)).rejects.toMatchObject({ code: "SERVICE_FAILED" });
  });

  it.each(matrix)(
    "is refused at start when it is reached through an alias of a %s in %s scope",
    async (kind, scope) => {
      const bindAliased = (options: Load): void => {
        scopes[scope]?.(kinds[kind]!(options));
        options.bind(Alias).toService(Greeter);
      };
      await using bench = await Workbench.create([pluginWith(bindAliased, [Alias])]);
      await expect(bench.start(config)).rejects.toMatchObject({ code: "SERVICE_FAILED" });
    },
  );

  it.each(Object.keys(scopes))("finds no user through a factory, whoever calls it (%s scope)", async (scope) => {
    const bindFactory = ({ bind }: Load): void => {
      const binding = bind<() => Greeter>(Greeter).toFactory((context) => () => ({ userId: context.get(RoomUserId) }));
      // A factory is a constant: Inversify gives it no scope to choose.
      if ("inSingletonScope" in binding) {
        scopes[scope]?.(binding as unknown as Scoped);
      }
    };
    await using bench = await Workbench.create([pluginWith(bindFactory)]);
    const { runtime } = await bench.start(config);
    for (const userId of ["alice", "bob"]) {
      const session = runtime.sessions.session({ userId });
      await expect(session.run({}).result()).rejects.toMatchObject({ code: "workflow_error" });
      session.close();
    }
  });

  it("is one and the same for all users when it is a constant, and knows none of them", async () => {
    const shared = { userId: "nobody" };
    await using bench = await Workbench.create([
      pluginWith(({ bind }) => void bind<Greeter>(Greeter).toConstantValue(shared)),
    ]);
    const { runtime } = await bench.start(config);
    for (const userId of ["alice", "bob"]) {
      const session = runtime.sessions.session({ userId });
      expect(await session.run({}).result()).toEqual({ greeted: "nobody" });
      session.close();
    }
  });
});

describe("Inversify, which these rules guard against,", () => {
  it("still hands the first child's instance to every later child, for a singleton bound in the parent", () => {
    const parent = new Container();
    parent.bind(Greeter).to(InjectedGreeter).inSingletonScope();
    const greeted = ["alice", "bob"].map((userId) => {
      const room = new Container({ parent });
      room.bind(RoomUserId).toConstantValue(userId);
      return room.get<Greeter>(Greeter).userId;
    });
    expect(greeted).toEqual(["alice", "alice"]);
  });
});
