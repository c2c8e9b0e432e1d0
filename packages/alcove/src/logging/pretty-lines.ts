import { createRequire } from "node:module";
import type { DestinationStream } from "pino";

/**
 * Turns JSON log lines into `2026-11-20 16:57:00 - INFO  - server - message {"more":"fields"}`, in local time. It works line
 * by line as they come, where pino-pretty's own stream would hold the last ones back when the process exits.
 */
export function prettyLines(lines: DestinationStream): DestinationStream {
  // Loaded only where a person reads along: it is as much as the rest of the log.
  const { prettyFactory } = createRequire(import.meta.url)("pino-pretty") as typeof import("pino-pretty");
  const format = prettyFactory({
    colorize: false,
    singleLine: true,
    ignore: "time,level,scope",
    // Errors are plain facts by now, and stay on the line.
    errorLikeObjectKeys: [],
    messageFormat: (line) => {
      const { time, level, scope, msg } = line;
      return `${localTime(String(time))} - ${String(level).toUpperCase().padEnd(5)} - ${scope ?? "alcove"} - ${msg}`;
    },
  });
  return { write: (line) => lines.write(format(line) ?? "") };
}

function localTime(isoTime: string): string {
  const at = new Date(isoTime);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join("-");
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(":");
  return `${day} ${time}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
