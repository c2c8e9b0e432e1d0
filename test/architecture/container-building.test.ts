import { describe, expect, it } from "vitest";
import { containerAccesses } from "./container-building.js";
import { readText, sourceFiles } from "./workspace.js";

const delivered = sourceFiles().filter((name) => !name.endsWith(".test.ts"));

describe("containers", () => {
  it("are built by the runtime alone", () => {
    const offences = delivered
      .filter((name) => !name.startsWith("packages/runtime/"))
      .flatMap((name) => containerAccesses(readText(name)).map((access) => `${name}:${access.line}: ${access.name}`));
    expect(offences).toEqual([]);
  });

  it("are seen being built in the runtime", () => {
    const builders = delivered.filter((name) => containerAccesses(readText(name)).length > 0);
    expect(builders).toContain("packages/runtime/src/containers/room.ts");
  });

  it.each([
    ['import { Container } from "inversify"; new Container();', "Container"],
    ['import { Container as Box } from "inversify";', "Container"],
    ['import { ContainerModule, Container } from "@inversifyjs/container";', "Container"],
    ['import * as inversify from "inversify"; new inversify.Container();', "*"],
    ['import inversify from "inversify";', "*"],
    ['export { Container } from "inversify";', "Container"],
    ['export { Container as Box } from "inversify";', "Container"],
    ['export * from "inversify";', "*"],
    ['export * as inversify from "inversify";', "*"],
    ['const { Container } = await import("inversify");', "import()"],
    ['const { Container } = require("inversify");', "import()"],
  ])("are noticed in %s", (text, name) => {
    expect(containerAccesses(text).map((access) => access.name)).toEqual([name]);
  });

  it.each([
    ['import type { Container } from "inversify";'],
    ['import { type Container, ContainerModule } from "inversify";'],
    ['export type { Container } from "inversify";'],
    ['export { ContainerModule, inject, injectable, type ServiceIdentifier } from "inversify";'],
    ["// new Container() is for the runtime"],
  ])("are not suspected in %s", (text) => {
    expect(containerAccesses(text)).toEqual([]);
  });
});
