import type { IncomingMessage } from "node:http";
import { RequestError } from "./errors/request-error.js";

/**
 * What is wrong with a request that another reader, such as a proxy in front, could take for a different one; `undefined`
 * for nearly all. Node keeps only the first of several headers of these names, and throws the others away without a word. (So it does with
 * `Authorization`, which whoever says who the user is looks after.)
 */
export function ambiguityOf(request: IncomingMessage): RequestError | undefined {
  const { rawHeaders, httpVersionMajor, httpVersionMinor } = request;
  if (httpVersionMajor !== 1 || (httpVersionMinor === 0 && request.headers["transfer-encoding"] !== undefined)) {
    return refusal("The request is not of HTTP/1.1, or mixes versions. Send it as HTTP/1.1.");
  }
  const coding = request.headers["transfer-encoding"];
  if (coding !== undefined && coding.trim().toLowerCase() !== "chunked") {
    return refusal(
      "The request has a transfer coding that this server does not know. Send the body as it is, or chunked.",
    );
  }
  let hosts = 0;
  let contentTypes = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    // Only names of the lengths of these two are worth comparing.
    if (name.length === 4) {
      hosts += name.toLowerCase() === "host" ? 1 : 0;
    } else if (name.length === 12) {
      contentTypes += name.toLowerCase() === "content-type" ? 1 : 0;
    }
  }
  const isHostClear = hosts === 1 || (hosts === 0 && httpVersionMinor === 0);
  return isHostClear && contentTypes <= 1 ? undefined : refusalOf(hosts);
}

function refusalOf(hosts: number): RequestError {
  if (hosts === 0) {
    return refusal("The request has no header host. Send it.");
  }
  const name = hosts > 1 ? "host" : "content-type";
  return refusal(`The request has more than one header ${name}. Send one.`);
}

// Nobody can say where the next request on such a connection begins.
function refusal(message: string): RequestError {
  return new RequestError("REQUEST_INVALID", message, { headers: { connection: "close" } });
}
