import { HttpClient } from "../../e2e/http-client.js";
import { Load } from "./load.js";
import { type LoadOptions, type ObserverAnswer, type ObserverRequest, requestSchema } from "./messages.js";
import { type OperationRequest, Witness } from "./witness.js";

// A process of its own: it outlives every server, and its memory and its ledger are no part of what is tested.

const ledgerPath = process.argv[2];
if (ledgerPath === undefined || process.send === undefined) {
  throw new TypeError("The observer is started by the harness, with the path of its ledger.");
}

const say = (answer: ObserverAnswer): void => {
  process.send?.(answer);
};
const complain = (complaints: Extract<ObserverAnswer, { kind: "complaints" }>["complaints"]): void => {
  if (complaints.length > 0) {
    say({ kind: "complaints", complaints });
  }
};
const witness = new Witness(ledgerPath, (complaints) => complain([...complaints]));
let load: Load | undefined;

process.on("message", (message) => {
  const { id, body } = requestSchema.parse(message);
  obey(body).then(
    (result) => say({ kind: "done", id, result }),
    (error: unknown) => say({ kind: "failed", id, reason: error instanceof Error ? error.message : String(error) }),
  );
});
// Whoever started it is gone.
process.once("disconnect", () => process.exit());

async function obey(body: ObserverRequest["body"]): Promise<unknown> {
  switch (body.command) {
    case "load":
      return runLoad(body);
    case "stop-load":
      return load?.stop(body.afterReplies);
    case "judge":
      return withClient(body.url, (client) => witness.judge(client, body.users));
    case "retry":
      return withClient(body.url, (client) => retryAll(client, load?.unanswered() ?? []));
    case "sessions-over":
      return witness.noteSessionsOver(body.users);
  }
}

function runLoad(options: LoadOptions): Promise<unknown> {
  load = new Load(options, witness, {
    complain: (complaints) => complain([...complaints]),
    replyCountReached: () => say({ kind: "reply-count-reached" }),
  });
  return load.run();
}

async function retryAll(client: HttpClient, requests: readonly OperationRequest[]): Promise<void> {
  for (const request of requests) {
    const outcome = await witness.send(client, request);
    if (outcome.kind !== "acknowledged") {
      const detail = `was sent again with its key, and not answered: ${JSON.stringify(outcome)}`;
      complain([{ kind: "other", subject: request.operation, detail }]);
    }
  }
}

async function withClient<Result>(url: string, use: (client: HttpClient) => Promise<Result>): Promise<Result> {
  const client = new HttpClient(url);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}
