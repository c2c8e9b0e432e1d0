import { limitErrors } from "./limit-errors.js";
import { objectErrors } from "./object-errors.js";
import { pluginErrors } from "./plugin-errors.js";
import { socketErrors } from "./socket-errors.js";

/**
 * Every error Alcove raises on purpose: its stable code, what it means, and how to mend it.
 *
 * The codes are part of the public contract: they appear in HTTP replies, logs and `--json` output, and a code that was
 * released is never given another meaning. `docs/errors.md` is generated from this table.
 *
 * The codes in small letters are spelled as NVIDIA NeMo Agent Toolkit spells them, so that a client of that toolkit
 * recognises them.
 */
export const errorCatalogue = {
  STARTUP_REFUSED: {
    summary: "The configuration, a plugin or the dependency graph breaks a rule; nothing was started.",
    remedy: "Mend every line of the report; `alcove validate` prints the same report.",
  },
  USAGE: {
    summary: "The command line was called with options it does not know or without one it needs.",
    remedy: "Run the command with --help.",
  },
  PLUGIN_UNKNOWN: {
    summary: "The command line names a plugin that was not loaded, or that there is not.",
    remedy: "Name one that `alcove plugins list` shows; it also says why another was not loaded.",
  },
  PROJECT_REFUSED: {
    summary: "A new project cannot be made with that name, or in that place; nothing was written.",
    remedy: "The message says why: take another name, or make room for the folder.",
  },
  SERVICE_FAILED: {
    summary: "A plugin's shared service could not be built at start, or binds what is not its own to bind.",
    remedy:
      "Read the message and the cause. A shared service may depend on shared services only, never on something of one user.",
  },
  COMPONENT_BUILD_FAILED: {
    summary: "A plugin's build function threw, rejected, or took longer than general.plugin_start_timeout.",
    remedy: "Read the cause in the server's log. The next request builds again.",
  },
  HOOK_FAILED: {
    summary: "A plugin's hook failed at start, or took longer than general.plugin_start_timeout.",
    remedy: "Read the cause; the message names the plugin.",
  },
  INPUT_INVALID: {
    summary: "The input does not satisfy the function's input schema.",
    remedy:
      "Correct what the message names; the expected shape is in the schema, and a reply over HTTP lists the fields in details.",
  },
  OUTPUT_INVALID: {
    summary: "A function returned something its output schema does not allow; the run was rolled back.",
    remedy: "Mend the function or its output schema.",
  },
  STATE_INVALID: {
    summary:
      "A state, or an item of a collection, does not satisfy its schema, or JSON cannot hold it; the run was rolled back.",
    remedy: "Mend the function that left the state behind or appended the item, or the schema.",
  },
  STATE_UNREADABLE: {
    summary:
      "A stored session, or an item of a collection, is damaged or missing, or does not fit its schema. It is not served, and what is there is kept.",
    remedy:
      "See what is wrong with `alcove sessions show`. Put an exported session in its place with `alcove sessions import --replace`, or remove it with `alcove sessions delete`; then the user begins anew.",
  },
  STATE_VERSION_UNSUPPORTED: {
    summary: "A stored state or item has a version the installed plugin cannot read. It is kept, and not served.",
    remedy: "Install the plugin version that wrote it, or one that still migrates it.",
  },
  STATE_MIGRATION_FAILED: {
    summary: "A stored state or item could not be brought to the installed version. It is kept, and not served.",
    remedy: "Mend the migration named in the server's log, or install the plugin version that wrote what is stored.",
  },
  STATE_TOO_LARGE: {
    summary: "The session, a record of it, or all that is kept of the user would be too large; nothing was changed.",
    remedy:
      "Keep less in the state; a long list belongs in a collection, whose items are stored one by one. Where all of a user is too much, truncate or remove something.",
  },
  ...pluginErrors,
  RUN_ABORTED: {
    summary: "The run was cancelled before it ended; nothing it did was stored.",
    remedy: "Call again.",
  },
  RUNNER_MISUSED: {
    summary: "A runner was used twice. A runner serves exactly one run.",
    remedy: "Ask the session for a new runner.",
  },
  OUTPUT_KIND_UNSUPPORTED: {
    summary: "A single result was asked of a function that only streams.",
    remedy: "Ask for its stream. The other way round nothing is refused: a single result streams as one chunk.",
  },
  CALL_ENDED: {
    summary: "A call's context was used after its run had ended.",
    remedy: "Await everything a function starts before it returns, and keep no call context for later.",
  },
  DEPENDENCY_UNDECLARED: {
    summary: "A function called another one that its configuration does not reference.",
    remedy: "Declare the dependency with functionRef() or functionGroupRef() in the config schema.",
  },
  SESSION_QUEUE_FULL: {
    summary: "Too many calls of this user are already waiting for their turn.",
    remedy: "Wait for replies before sending more; see general.max_queued_runs_per_user.",
  },
  SESSION_NOT_FOUND: {
    summary: "The store holds no such session.",
    remedy: "Name a user by the value of the nat-session cookie, or by the id `alcove sessions list` shows.",
  },
  SESSION_EXISTS: {
    summary: "The user has a session already; nothing was imported.",
    remedy: "Import with --replace to put the imported session in its place.",
  },
  SESSION_EXPIRED: {
    summary: "The session that was to be imported is over; nothing was imported.",
    remedy: "Set its expires_at to a time that is to come, in milliseconds since 1970, to import it all the same.",
  },
  EXPORT_INVALID: {
    summary: "What was to be imported is not an exported session; nothing was imported.",
    remedy: "Import a file that `alcove sessions export` wrote, or correct in it what the message names.",
  },
  SESSION_BUSY: {
    summary: "The user's runs did not end in time; the session was not touched.",
    remedy: "Try again when they are over.",
  },
  SHUTTING_DOWN: {
    summary: "The server is stopping and takes no new runs.",
    remedy: "Retry; another process, or this one after its restart, will serve.",
  },
  IDEMPOTENCY_KEY_REUSED: {
    summary: "The idempotency key was sent before with another request; nothing was run.",
    remedy: "Use a new key for a new request, and the same body and route for a retry.",
  },
  IDEMPOTENCY_KEY_INVALID: {
    summary: "The idempotency key is empty, too long, or sent more than once.",
    remedy: "Send one key of 1 to 255 characters, e.g. a UUID.",
  },
  IDEMPOTENCY_UNSUPPORTED: {
    summary: "A shared workflow keeps nothing to recognise a retry by, and a job has its job_id for that.",
    remedy: "Call it without an idempotency key; under a job_id of your own a job is run once.",
  },
  IDEMPOTENCY_REPLY_TOO_LARGE: {
    summary: "The reply is too large to be recorded for its idempotency key; the run was rolled back.",
    remedy: "Call without a key, or raise general.idempotency.max_reply_bytes.",
  },
  EXECUTION_NOT_FOUND: {
    summary: "The user has no such job or execution; it may have expired, or have ended with its session.",
    remedy: "Check the id, and that the request comes from the user who started it.",
  },
  EXECUTION_INTERRUPTED: {
    summary: "The server went away in the middle of the run; nothing of it was stored.",
    remedy: "Start it again. A workflow that declares itself resumable is taken up again by itself.",
  },
  TOO_MANY_EXECUTIONS: {
    summary: "The user has as many unfinished jobs and executions as are allowed; nothing was started.",
    remedy: "Wait until one of them is finished, answer what it asks, or cancel one: DELETE /executions/{id}.",
  },
  INTERACTION_UNSUPPORTED: {
    summary: "The workflow wanted to ask a person, and nobody can be asked by the way it was called.",
    remedy:
      "Call the workflow on its own path (/v1/workflow unless configured) or one of its streams, as a job, or over the WebSocket, without an idempotency key.",
  },
  INTERACTION_NOT_FOUND: {
    summary: "The execution does not ask that.",
    remedy: "Get the execution, and answer the question it asks now.",
  },
  INTERACTION_RESOLVED: {
    summary: "The question has been answered already, or its time is over.",
    remedy: "Get the execution to see what became of it.",
  },
  INTERACTION_RESPONSE_INVALID: {
    summary: "The response does not answer the question.",
    remedy: "Send what the prompt asks for: a text, or one of its options.",
  },
  INTERACTION_TIMED_OUT: {
    summary: "Nobody answered the question of the workflow in time; the run was rolled back.",
    remedy: "Run it again, and answer in time.",
  },
  SESSION_CHANGED: {
    summary: "The user's session has changed while the run waited for a person; the run was rolled back.",
    remedy: "Run it again. A workflow that declares itself resumable begins again by itself.",
  },
  RUN_DIVERGED: {
    summary: "A run that was begun again asked something else, or answered otherwise, than before; it was rolled back.",
    remedy:
      "Make the workflow ask the same in the same order whenever its answers are the same, or do not declare it resumable.",
  },
  STORE_HELD: {
    summary: "Another process holds the session store.",
    remedy:
      "Stop that process, or set general.store.path to another file. `alcove run`, `alcove sessions` and `alcove backup` need neither while `alcove serve` holds the store: they go through it.",
  },
  STORE_OPEN_FAILED: {
    summary: "The session store could not be opened.",
    remedy: "Check that general.store.path can be read and written, and is a database of Alcove.",
  },
  STORE_FAILED: {
    summary: "The session store refused the change; nothing was changed.",
    remedy: "Retry later; the server's log has the cause.",
  },
  STORE_FULL: {
    summary: "The disk of the session store is full; nothing was changed.",
    remedy: "Make room on the disk. The server goes on by itself as soon as there is some.",
  },
  BACKUP_FAILED: {
    summary: "The backup could not be written; no part of it was left behind.",
    remedy: "See the message. A backup replaces an existing file only with --force, and never one a store has used.",
  },
  STORE_CLOSED: {
    summary: "The session store was used after it had been closed.",
    remedy: "Open the store again.",
  },
  STORE_CONFLICT: {
    summary: "The stored session has another revision than the change was based on; nothing was changed.",
    remedy: "Make sure that a single process writes this store.",
  },
  OUTCOME_UNKNOWN: {
    summary:
      "The disk failed while the change was being made durable, or the server went away before it answered: the change may or may not be stored.",
    remedy: "Read the state before repeating the call.",
  },
  LISTEN_FAILED: {
    summary: "The server could not listen on its address.",
    remedy: "Stop what uses the port, or choose another one with --port or general.front_end.port.",
  },
  USER_ID_REQUIRED: {
    summary: "The workflow is per-user, and the request does not say who the user is.",
    remedy:
      "Send a credential that general.identity provides for; by default the cookie nat-session=<your session id>.",
  },
  IDENTITY_CONFLICT: {
    summary: "The request names two different users.",
    remedy: "Send one identity only.",
  },
  CREDENTIAL_REQUIRED: {
    summary: "The route is for operators, and the request does not say who sends it.",
    remedy: "Send the credential of somebody whom general.identity.admins names.",
  },
  CREDENTIAL_INVALID: {
    summary: "The request carries a credential that is wrong, out of date or of a kind that is not accepted.",
    remedy: "Send a valid credential, or none. A credential that is wrong is never passed over for another one.",
  },
  FORBIDDEN: {
    summary: "The caller is known, and may not do this.",
    remedy: "Call as somebody whom general.identity.admins names; where it names nobody, name somebody there.",
  },
  IDENTITY_UNAVAILABLE: {
    summary: "The credential could not be checked just now.",
    remedy: "Retry later; the server's log has the cause.",
  },
  ...limitErrors,
  ...objectErrors,
  BODY_INVALID: {
    summary: "The request body is not the JSON document the route expects.",
    remedy: "Send one JSON object, encoded as UTF-8.",
  },
  BODY_TOO_LARGE: {
    summary: "The request body is larger than general.front_end.max_body_bytes.",
    remedy: "Send less, or raise the limit.",
  },
  MEDIA_TYPE_UNSUPPORTED: {
    summary: "The request body is not declared as JSON.",
    remedy: "Send the header content-type: application/json.",
  },
  REQUEST_INVALID: {
    summary: "The HTTP request is malformed.",
    remedy: "See the message.",
  },
  ROUTE_NOT_FOUND: {
    summary: "There is no such route.",
    remedy: "See the list of routes in the README.",
  },
  METHOD_NOT_ALLOWED: {
    summary: "The route exists, but not for this method.",
    remedy: "Use one of the methods in the Allow header.",
  },
  UPGRADE_REQUIRED: {
    summary: "The route speaks WebSocket, version 13, and the request is no such handshake.",
    remedy: "Open it with a WebSocket client, e.g. new WebSocket(url) in a browser.",
  },
  ORIGIN_FORBIDDEN: {
    summary: "A page of another origin asked for a WebSocket, and the configuration does not let it.",
    remedy:
      "List the origin in general.front_end.cors.allow_origins, and set allow_credentials where it sends cookies.",
  },
  TOO_MANY_SOCKETS: {
    summary: "The server, or this user, has as many WebSockets open as the configuration allows.",
    remedy: "Close one that is not needed; see general.front_end.websocket.max_sockets and max_sockets_per_user.",
  },
  ...socketErrors,
  HEALTH_CHECK_FAILED: {
    summary: "A plugin finds that something it needs does not work; details names the checks that fail.",
    remedy: "The server's log has the causes. The server goes on by itself as soon as the checks succeed.",
  },
  INTERNAL: {
    summary: "A fault of Alcove itself.",
    remedy: "Report it with the log line that carries the same request id.",
  },
} as const satisfies Record<string, { readonly summary: string; readonly remedy: string }>;

/** A code of the error catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;
