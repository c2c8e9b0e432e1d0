import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { workspaceFolder } from "./command-line.js";
import type { Reply } from "./http-client.js";
import { selfSignedCertificate } from "./self-signed-certificate.js";
import { test, type Workplace } from "./workplace.js";

/** A server with a certificate of its own, and the paths it was asked for. */
async function listen() {
  const { key, cert } = selfSignedCertificate();
  const asked: (string | undefined)[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    asked.push(request.url);
    response.end("over TLS");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { port, cert, asked, [Symbol.asyncDispose]: close };
}

/** Has alice fetch a URL from a server that trusts the authorities of a file. */
async function fetched(workplace: Workplace, url: string, trusted?: string): Promise<Reply> {
  const { client } = await workplace.start({
    configFile: join(workspaceFolder, "configs/http-tools.yml"),
    overrides: {
      "function_groups.web.allowed_origins": JSON.stringify([new URL(url).origin]),
      "function_groups.web.allowed_addresses": '["127.0.0.1"]',
    },
    environment: trusted === undefined ? {} : { NODE_EXTRA_CA_CERTS: await workplace.write("trusted.pem", trusted) },
  });
  return client.generate("alice", { url }, "/v1/fetch");
}

function refusedFor(reason: string) {
  return {
    status: 422,
    json: {
      code: "workflow_error",
      details: "CertificateNotTrustedError",
      message: expect.stringMatching(
        new RegExp(`^https://\\S+ shows a certificate that is not trusted: .*${reason}.*NODE_EXTRA_CA_CERTS`),
      ),
    },
  };
}

describe("a request over TLS", () => {
  test("is answered where the host's certificate is trusted", async ({ workplace }) => {
    await using host = await listen();
    const { status, json } = await fetched(workplace, `https://127.0.0.1:${host.port}/page`, host.cert);
    expect([status, json]).toMatchObject([200, { status: 200, body: "over TLS" }]);
    expect(host.asked).toEqual(["/page"]);
  });

  test("is not sent where nobody vouches for the certificate, and says so", async ({ workplace }) => {
    await using host = await listen();
    expect(await fetched(workplace, `https://127.0.0.1:${host.port}/page`)).toMatchObject(refusedFor("self-signed"));
    expect(host.asked).toEqual([]);
  });

  test("is not sent where the certificate is another host's, and says so", async ({ workplace }) => {
    await using host = await listen();
    const reply = await fetched(workplace, `https://localhost:${host.port}/page`, host.cert);
    expect(reply).toMatchObject(refusedFor("localhost"));
    expect(host.asked).toEqual([]);
  });
});
