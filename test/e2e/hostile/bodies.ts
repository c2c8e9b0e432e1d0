import { brotliCompressSync, gzipSync } from "node:zlib";
import { generate, type HostileCase, utf8 } from "./hostile-case.js";

const invalid = ["422 BODY_INVALID"];
const wrongInput = ["422 INPUT_INVALID"];
const tooLarge = ["413 BODY_TOO_LARGE"];
const fine = ["200"];

function body(name: string, text: string, answers: readonly string[], headers: readonly string[] = []): HostileCase {
  return { name, bytes: generate({ body: text, headers }), answers };
}

/** A valid call with one more field. */
function withField(field: string): string {
  return `{"command":"note","action":"list",${field}}`;
}

function nested(depth: number): string {
  return `${"[".repeat(depth)}${"]".repeat(depth)}`;
}

const bytesOf = (buffer: Buffer): string => buffer.toString("latin1");

/** Bodies that are no JSON, no object, too much, or that would change more than they say. */
export const bodyCases: readonly HostileCase[] = [
  body("nothing", "", invalid),
  body("blanks", "   ", invalid),
  body("null", "null", invalid),
  body("a list", "[]", invalid),
  body("a list of calls", '[{"command":"stats"}]', invalid),
  body("a text", '"stats"', invalid),
  body("a number", "1", invalid),
  body("true", "true", invalid),
  body("half an object", "{", invalid),
  body("an object and more", "{} {}", invalid),
  body("single quotes", "{'command':'stats'}", invalid),
  body("a comment", '{"command":"stats"/**/}', invalid),
  body("a comma too many", '{"command":"stats",}', invalid),
  body("NaN", '{"command":NaN}', invalid),
  body("a hexadecimal number", '{"command":0x10}', invalid),
  body("a byte order mark", utf8('\ufeff{"command":"stats"}'), invalid),
  body("UTF-16", bytesOf(Buffer.from('{"command":"stats"}', "utf16le")), invalid),
  body("a lone byte that is no UTF-8", '{"command":"\xff"}', invalid),
  body("an overlong slash", '{"command":"\xc0\xaf"}', invalid),
  body("a surrogate in UTF-8", '{"command":"\xed\xa0\x80"}', invalid),
  body("a text with a line break", '{"command":"sta\nts"}', invalid),
  body("a text with a NUL", '{"command":"sta\0ts"}', invalid),
  body("XML with an entity", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', invalid),
  body("a form", "command=note&action=list", invalid),
  body("a prototype", '{"__proto__":{"admin":true},"command":"note","action":"list"}', invalid),
  body("a prototype in a prototype", withField('"a":{"b":{"__proto__":{"admin":true}}}'), invalid),
  body("a prototype in disguise", withField('"\\u005f\\u005fproto\\u005f\\u005f":{"admin":true}'), invalid),
  body("a constructor's prototype", withField('"constructor":{"prototype":{"admin":true}}'), fine),
  body("methods of all objects", withField('"toString":1,"valueOf":null,"hasOwnProperty":[]'), fine),
  body("a promise", withField('"then":"mallory"'), fine),
  body("a field twice", '{"command":"boom","command":"note","action":"list"}', fine),
  body("another user", withField('"user_id":"victim","userId":"victim","session":"victim"'), fine),
  body("no field that is needed", "{}", wrongInput),
  body("a number for a text", '{"command":1}', wrongInput),
  body("a number beyond all numbers", '{"command":1e999}', wrongInput),
  body("a number with ten thousand digits", `{"command":${"9".repeat(10_000)}}`, wrongInput),
  body("null for a text", '{"command":null}', wrongInput),
  body("an object for a text", '{"command":{"$ne":null}}', wrongInput),
  body("a list for a text", '{"command":["stats"]}', wrongInput),
  body("lists in lists, a hundred thousand deep", nested(100_000), invalid),
  body("an unknown field a hundred thousand deep", withField(`"deep":${nested(100_000)}`), invalid),
  body("a wrong field a hundred thousand deep", `{"command":${nested(100_000)}}`, invalid),
  body("a deep field under an idempotency key", withField(`"deep":${nested(100_000)}`), invalid, [
    "Idempotency-Key: deep",
  ]),
  body("objects in objects, a hundred thousand deep", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`, invalid),
  body("brackets in a text, which nest nothing", withField(`"flat":"${"[".repeat(100_000)}\\"["`), fine),
  body("fifty thousand fields", withField(Array.from({ length: 50_000 }, (_, index) => `"f${index}":1`).join()), fine),
  body("a field with a long name", withField(`"${"n".repeat(500_000)}":1`), fine),
  body("more than may be sent", `{"command":"${"x".repeat(1_100_000)}"}`, tooLarge),
  body("more than may be sent, once it is unpacked", bytesOf(gzipSync("x".repeat(50_000_000))), tooLarge, [
    "Content-Encoding: gzip",
  ]),
  body("the same with brotli", bytesOf(brotliCompressSync("x".repeat(50_000_000))), tooLarge, ["Content-Encoding: br"]),
  body("something that is not packed as it says", "{}", invalid, ["Content-Encoding: gzip"]),
  body("half of something packed", bytesOf(gzipSync('{"command":"stats"}').subarray(0, 20)), invalid, [
    "Content-Encoding: gzip",
  ]),
];
