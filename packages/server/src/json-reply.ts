import type { RequestContext } from "./request-state.js";

/** The content type of every reply that has a body. */
export const JSON_CONTENT_TYPE = "application/json; charset=utf-8";

/** Replies with compact JSON. */
export function replyWithJson(context: RequestContext, status: number, value: object): void {
  replyWithJsonText(context, status, JSON.stringify(value));
}

/** Replies with what is JSON already. */
export function replyWithJsonText(context: RequestContext, status: number, text: string): void {
  context.status = status;
  context.set("content-type", JSON_CONTENT_TYPE);
  context.body = text;
}
