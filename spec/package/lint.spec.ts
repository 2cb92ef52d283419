import { execFileSync } from "node:child_process";
import path from "node:path";

interface Case {
  readonly file: string;
  readonly text: string;
  /** The rule that objects; none where the text is fine. */
  readonly rule?: string;
  readonly message?: RegExp;
}

const direction = "project/import-direction";
const scheduler = "project/explicit-scheduler";

const imports = (file: string, specifier: string, message?: RegExp): Case => ({
  file,
  text: `export * from "${specifier}";`,
  ...(message && { rule: direction, message }),
});

const cases: Case[] = [
  // protocol ← socket ← session ← client
  imports("lib/protocol/new.ts", "./other.js"),
  imports("lib/protocol/new.ts", "../socket/link.js", /protocol may import only from itself, not from socket/),
  imports("lib/protocol/new.ts", "../errors/index.js", /not from errors/),
  imports("lib/socket/new.ts", "../protocol/names.js"),
  imports("lib/socket/new.ts", "../errors/index.js"),
  imports("lib/socket/new.ts", "../logging/logger.js"),
  imports("lib/socket/new.ts", "../session/session.js", /socket may import only from .*, not from session/),
  imports("lib/socket/new.ts", "../operators/index.js", /not from operators/),
  imports("lib/session/new.ts", "../socket/link.js"),
  imports("lib/session/new.ts", "../operators/index.js"),
  imports("lib/session/deep/new.ts", "../../client/client.js", /session may import only from .*, not from client/),
  imports("lib/client/new.ts", "../session/session.js"),
  imports("lib/client/new.ts", "../index.js", /not from index/),
  imports("lib/client/new.ts", "../emulator/index.js", /not from emulator/),
  imports("lib/errors/new.ts", "../protocol/redact.js"),
  imports("lib/errors/new.ts", "../client/client.js", /errors may import only from protocol, not from client/),
  imports("lib/logging/new.ts", "../errors/index.js", /logging may import only from protocol, not from errors/),
  imports("lib/index.ts", "./client/client.js"),
  imports("lib/index.ts", "./emulator/index.js", /index may import only from .*, not from emulator/),
  // the two that stand alone
  imports("lib/operators/new.ts", "./for-group.js"),
  imports("lib/operators/new.ts", "../protocol/names.js", /operators may import only from itself, not from protocol/),
  imports("lib/emulator/new.ts", "../protocol/names.js"),
  imports(
    "lib/emulator/new.ts",
    "../errors/index.js",
    /emulator may import only from protocol, logging, not from errors/,
  ),
  imports("lib/emulator/new.ts", "../logging/logger.js"),
  imports("lib/emulator/new.ts", "../command/program.js", /not from command/),
  imports("lib/command/new.ts", "../emulator/index.js"),
  imports("lib/command/new.ts", "../client/client.js"),
  imports("lib/command/new.ts", "../protocol/names.js"),
  imports("lib/command/new.ts", "../session/session.js", /command may import only from .*, not from session/),
  imports("lib/emulator/port/new.ts", "../../operators/index.js", /not from operators/),
  // leaving lib, and folders that nobody has given a place
  imports("lib/client/new.ts", "../../spec/setup.js", /from outside lib/),
  imports("lib/novelty/new.ts", "../protocol/names.js", /the folder novelty is not listed/),
  // packages
  imports("lib/operators/new.ts", "rxjs"),
  imports("lib/protocol/new.ts", "rxjs", /may import "rxjs"/),
  imports("lib/socket/link.ts", "rxjs/webSocket"),
  imports("lib/socket/new.ts", "rxjs/webSocket", /only socket\/link\.ts may import/),
  imports("lib/session/new.ts", "rxjs/ajax", /no part of lib may import "rxjs\/ajax"/),
  imports("lib/socket/platform-web-socket.ts", "ws"),
  imports("lib/emulator/new.ts", "ws"),
  imports("lib/socket/link.ts", "ws", /may import "ws"/),
  imports("lib/socket/platform-web-socket.browser.ts", "ws", /may import "ws"/),
  imports("lib/emulator/new.ts", "node:http"),
  imports("lib/emulator/new.ts", "hono/cors"),
  imports("lib/client/new.ts", "node:events", /only emulator, command may import "node:events"/),
  imports("lib/client/new.ts", "jsonwebtoken", /only emulator may import/),
  imports("lib/session/new.ts", "@azure/logger", /only logging, command may import/),
  imports("lib/emulator/new.ts", "commander", /only command may import/),
  imports("lib/command/new.ts", "commander"),
  imports("lib/command/new.ts", "zod"),
  imports("lib/emulator/new.ts", "zod", /only command may import/),
  imports("lib/command/new.ts", "node:process"),
  imports("lib/client/new.ts", "lodash", /no part of lib may import "lodash"/),
  imports("spec/new.ts", "node:http"),
  // every spelling of an import
  { file: "lib/protocol/new.ts", text: 'import "../socket/link.js";', rule: direction },
  { file: "lib/protocol/new.ts", text: 'import type { Link } from "../socket/link.js";', rule: direction },
  { file: "lib/protocol/new.ts", text: 'export { link } from "../socket/link.js";', rule: direction },
  { file: "lib/protocol/new.ts", text: 'await import("../socket/link.js");', rule: direction },
  { file: "lib/protocol/new.ts", text: 'export type A = import("../socket/link.js").A;', rule: direction },
  // names.ts imports limits.ts
  { file: "lib/protocol/limits.ts", text: 'import "./names.js";', rule: "import-x/no-cycle" },
  // time, chance and output
  { file: "lib/client/new.ts", text: "setTimeout(stop, 1);", rule: "no-restricted-globals" },
  { file: "lib/emulator/new.ts", text: "setInterval(stop, 1);", rule: "no-restricted-globals" },
  { file: "lib/client/new.ts", text: "globalThis.setTimeout(stop, 1);", rule: "no-restricted-properties" },
  { file: "lib/client/new.ts", text: "export const at = Date.now();", rule: "no-restricted-properties" },
  { file: "lib/client/new.ts", text: "export const at = new Date();", rule: "no-restricted-syntax" },
  { file: "lib/client/new.ts", text: "export const at = new Date(0);" },
  { file: "lib/client/new.ts", text: "export const luck = Math.random();", rule: "no-restricted-syntax" },
  { file: "lib/client/new.ts", text: "export const defaults = { random: Math.random };" },
  { file: "lib/client/new.ts", text: 'import { timer } from "rxjs"; timer(10);', rule: scheduler },
  { file: "lib/client/new.ts", text: 'import { timer } from "rxjs"; timer(10, options.scheduler);' },
  { file: "lib/client/new.ts", text: 'import { timeout as t } from "rxjs"; t({ first: 1 });', rule: scheduler },
  { file: "lib/client/new.ts", text: 'import { timeout } from "rxjs"; timeout({ first: 1, scheduler });' },
  { file: "lib/client/new.ts", text: 'import { delay } from "./own.js"; delay(10);' },
  { file: "lib/client/new.ts", text: 'console.log("hello");', rule: "no-console" },
  { file: "demos/new.ts", text: 'console.log("hello"); setTimeout(() => undefined, Date.now());' },
  // globals that only some platforms have
  { file: "lib/client/new.ts", text: "export const e = process.env;", rule: "no-restricted-globals" },
  { file: "lib/emulator/new.ts", text: "export const e = process.env;" },
];

describe("the project's lint rules", () => {
  let results: { rule: string; message: string }[][];

  beforeAll(() => {
    const program = path.join(__dirname, "lint-texts.mjs");
    const output = execFileSync(process.execPath, [program], { input: JSON.stringify(cases), encoding: "utf8" });
    results = JSON.parse(output) as typeof results;
  }, 60_000);

  test.each(cases.map((entry, index) => ({ ...entry, index, verdict: entry.rule ?? "fine" })))(
    "$file: $text → $verdict",
    ({ index, rule, message }) => {
      const found = results[index] ?? [];
      expect(found.map((entry) => entry.rule)).toEqual(rule ? [rule] : []);
      if (message) expect(found[0]?.message).toMatch(message);
    },
  );
});
