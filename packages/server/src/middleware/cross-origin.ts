import type { AlcoveConfig } from "@alcove/config";
import cors from "@koa/cors";
import type { Context, Middleware } from "koa";

/** The `general.front_end.cors` section of the configuration. */
export type CrossOriginConfig = AlcoveConfig["general"]["frontEnd"]["cors"];

/**
 * The middleware that lets pages of other origins call the server, or `undefined` when the configuration names no origin:
 * then browsers refuse such calls by themselves, and requests pay nothing for it.
 */
export function crossOrigin(config: CrossOriginConfig): Middleware | undefined {
  if (config.allowOrigins.length === 0 && config.allowOriginRegex === undefined) {
    return undefined;
  }
  return cors({
    origin: allowedOrigin(config),
    allowMethods: [...config.allowMethods],
    allowHeaders: [...config.allowHeaders],
    exposeHeaders: [...config.exposeHeaders],
    credentials: config.allowCredentials,
    maxAge: config.maxAgeSeconds,
  });
}

function allowedOrigin(config: CrossOriginConfig): (context: Context) => string | undefined {
  const anyOrigin = config.allowOrigins.includes("*");
  const isAllowed = originRule(config);
  return (context) => {
    const origin = context.get("origin");
    if (origin === "" || !isAllowed(origin)) {
      return undefined;
    }
    return anyOrigin ? "*" : origin;
  };
}

/** Says of an origin, such as `https://app.example`, whether its pages may call the server. */
export function originRule(config: CrossOriginConfig): (origin: string) => boolean {
  const anyOrigin = config.allowOrigins.includes("*");
  const listed = new Set(config.allowOrigins);
  const pattern = config.allowOriginRegex === undefined ? undefined : new RegExp(`^(?:${config.allowOriginRegex})$`);
  return (origin) => anyOrigin || listed.has(origin) || pattern?.test(origin) === true;
}
