import { describe, expect, it } from "vitest";
import { type ErrorCode, errorCatalogue } from "./error-catalogue.js";

const codes = Object.keys(errorCatalogue) as ErrorCode[];

function errorsPage(): string {
  const entries = codes.map((code) => {
    const { summary, remedy } = errorCatalogue[code];
    return `## \`${code}\`\n\n${summary}\n\nHow to mend it: ${remedy}\n`;
  });
  const introduction = [
    "# Error codes",
    "",
    "Every error Alcove raises on purpose carries one of these codes. They stand in HTTP replies (`code`), in log lines and in",
    "`--json` output, and a code that was released is never given another meaning. This page is generated from",
    "`src/errors/error-catalogue.ts`; `npm run generate` writes it anew.",
    "",
  ].join("\n");
  return [introduction, ...entries].join("\n");
}

describe("the error catalogue", () => {
  it("is what docs/errors.md says, no more and no less", async () => {
    await expect(errorsPage()).toMatchFileSnapshot("../../docs/errors.md");
  });

  it.each(codes)("says in whole sentences what %s means and how to mend it", (code) => {
    const { summary, remedy } = errorCatalogue[code];
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z`].*\.$/);
  });

  it("spells its codes in capitals, but for those of the reference", () => {
    expect(codes.filter((code) => !/^[A-Z][A-Z_]*[A-Z]$/.test(code))).toEqual([
      "workflow_error",
      "invalid_message",
      "invalid_message_type",
      "invalid_user_message_content",
      "user_auth_error",
    ]);
  });
});
