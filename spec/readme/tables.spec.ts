import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as officialEntry from "@azure/web-pubsub-client";
import { Command } from "commander";
import ts from "typescript";
import { resolveOptions } from "../../lib/client/resolve-options.js";
import { addConnectCommand } from "../../lib/command/connect-command.js";
import { addEmulatorCommand } from "../../lib/command/emulator-command.js";
import { addTokenCommand } from "../../lib/command/token-command.js";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import * as mainEntry from "../../lib/index.js";
import { WebPubSubClient } from "../../lib/index.js";
import * as operatorsEntry from "../../lib/operators/index.js";
import { readme, root } from "./snippets.js";

/* The tables of the README leave nothing out, invent nothing, and tell the defaults that the code has. */

/** The cells of the table whose head begins with these. */
function table(...head: readonly string[]): string[][] {
  const rows = readme.split("\n").map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
  const begin = rows.findIndex((cells) => head.every((title, i) => cells[i + 1] === title));
  if (begin < 0) throw new Error(`the README has no table | ${head.join(" | ")} |`);
  const body = rows.slice(begin + 2);
  return body
    .slice(
      0,
      body.findIndex(({ length }) => length < 3),
    )
    .map((cells) => cells.slice(1, -1));
}

/** The name that a cell tells: `group(name, { join? })` tells `group`. */
const nameIn = (cell = ""): string => /^`(\w+\$?)/.exec(cell)?.[1] ?? "";
const namesOf = (...head: readonly string[]): string[] =>
  table(...head)
    .map(([first]) => nameIn(first))
    .filter((name) => name !== "");

/** A value as a table writes it: 20 000, `"queue"`. */
function valueIn(cell = ""): unknown {
  if (/^\d[\d ]*$/.test(cell)) return Number(cell.replaceAll(" ", ""));
  const text = /^`(.*)`$/.exec(cell)?.[1];
  if (text === undefined) return cell;
  return text === "Infinity" ? Infinity : (JSON.parse(text) as unknown);
}

const client = new WebPubSubClient("wss://example.invalid");
const publicMethods = Object.getOwnPropertyNames(WebPubSubClient.prototype).filter(
  (name) => name !== "constructor" && name !== "state" && !name.endsWith("$"),
);
/** Fields and getters. */
const streamsOf = (owner: object) =>
  [owner, Object.getPrototypeOf(owner) as object].flatMap((each) =>
    Object.getOwnPropertyNames(each).filter((name) => name.endsWith("$")),
  );

it("lists every Observable", () => {
  expect(namesOf("of the client").sort()).toEqual(streamsOf(client).sort());
  expect(namesOf("of `client.group(name)`").sort()).toEqual(streamsOf(client.group("g")).sort());
});

it("lists every method", () => {
  expect(namesOf("method").sort()).toEqual(publicMethods.sort());
});

it("lists every operator", () => {
  expect(namesOf("operator").sort()).toEqual(Object.keys(operatorsEntry).sort());
});

it("lists every error", () => {
  const classes = Object.keys(mainEntry).filter((name) => name.endsWith("Error") && name !== "WebPubSubError");
  expect(namesOf("class", "`code`").sort()).toEqual(classes.sort());
});

it("lists every fault, and what a hub can do", () => {
  const emulator = WebPubSubEmulator.inMemory();
  // One row may tell of two that belong together.
  const cells = table("of `emulator.faults`").flatMap(([cell = ""]) => cell.split(", "));
  const faults = cells.map(nameIn).filter((name) => name !== "");
  expect(faults.sort()).toEqual(Object.keys(emulator.faults).sort());
  expect(namesOf("of `emulator.hub(name)`").sort()).toEqual(Object.keys(emulator.hub("h")).sort());
});

describe("lists every flag, in the order of the help", () => {
  const program = new Command();
  it.each([
    ["emulator", addEmulatorCommand],
    ["connect", addConnectCommand],
    ["token", addTokenCommand],
  ])("of %s", (name, addCommand) => {
    addCommand(program);
    const { options = [] } = program.commands.find((command) => command.name() === name) ?? {};
    expect(table(`flag of \`${name}\``).map(([flags = ""]) => flags.replaceAll("`", ""))).toEqual(
      options.map(({ flags }) => flags),
    );
  });
});

describe("the table for those who come from the official client", () => {
  const rows = table("there", "here", "what differs");
  const called = (cells: readonly string[], pattern: RegExp) =>
    cells.flatMap((cell) => Array.from(cell.matchAll(pattern), ([, name = ""]) => name));
  const [there = [], here = []] = [0, 1].map((column) => rows.map((cells) => cells[column] ?? ""));

  it("names what that one has", () => {
    const { WebPubSubClient: Official, ...others } = officialEntry;
    const known = [...Object.getOwnPropertyNames(Official.prototype), ...Object.keys(others)];
    const names = called(there, /`(?!new )(\w+)(?:\(|`)/g).filter((name) => name !== "abortSignal");
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("names what this one has", () => {
    const names = called(
      [...here, ...rows.map(([, , differs = ""]) => differs)],
      /`(\w+\$|\w+(?=\(group|\(event|\(options))/g,
    );
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !(name in client) && !(name in client.group("g")))).toEqual([]);
  });
});

describe("the options", () => {
  const file = path.join(root, "lib/client/client-options.ts");
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  const declared = source.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => name.text === "WebPubSubClientOptions")
    .flatMap(({ members }) => members.map(({ name }) => name?.getText(source)));

  it("are all listed, in the order of their declaration", () => {
    expect(namesOf("option", "default")).toEqual(declared);
  });

  it("have the defaults that the tables say", () => {
    const { reconnectRetry, messageRetry, ...resolved } = resolveOptions();
    const actual: Record<string, unknown> = {
      ...resolved,
      reconnectRetryOptions: reconnectRetry,
      messageRetryOptions: messageRetry,
    };
    const inWords = ["shouldRetry", "webSocketCtor", "scheduler", "random", "wake$"];
    const inTablesOfTheirOwn = ["reconnectRetryOptions", "messageRetryOptions", "sequenceAck"];
    for (const [option, told] of table("option", "default")) {
      const name = nameIn(option);
      if (inWords.includes(name) || inTablesOfTheirOwn.includes(name)) continue;
      expect({ [name]: valueIn(told) }).toEqual({ [name]: actual[name] });
    }
    for (const fields of [
      ["maxRetries", "retryDelayInMs", "maxRetryDelayInMs", "mode", "jitter", "stableAfterInMs"],
      ["count", "bytes", "timeInMs"],
    ]) {
      for (const [option, ...told] of table("of", ...fields.map((field) => `\`${field}\``))) {
        const values = Object.fromEntries(fields.map((field, i) => [field, valueIn(told[i])]));
        if (values["stableAfterInMs"] === "") delete values["stableAfterInMs"];
        expect(actual[nameIn(option)]).toMatchObject(values);
      }
    }
  });
});

describe.each(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])("%s", (name) => {
  const text = readFileSync(path.join(root, name), "utf8");

  it("names only scripts that there are", () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { scripts: object };
    const named = Array.from(text.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:]+)/g), ([, script]) => script);
    expect(named.filter((script = "") => !(script in scripts))).toEqual([]);
  });

  it("links only to files and headings that there are", () => {
    const headings = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    );
    const links = Array.from(text.matchAll(/\]\((?!https?:)([^)]+)\)/g), ([, target = ""]) => target);
    const dangling = links.filter((target) =>
      target.startsWith("#") ? !headings.includes(target.slice(1)) : !existsSync(path.join(root, target)),
    );
    expect(dangling).toEqual([]);
  });
});

describe("the tree in CONTRIBUTING.md", () => {
  const contributing = readFileSync(path.join(root, "CONTRIBUTING.md"), "utf8");
  const [, tree = ""] = /```text\n(lib\n[^]*?)```/.exec(contributing) ?? [];
  const ancestors: string[] = [];
  const paths = tree.split("\n").flatMap((line) => {
    const [, indent = "", name = ""] = /^((?: {2})*)(\S+)/.exec(line) ?? [];
    if (name === "") return [];
    ancestors.length = indent.length / 2;
    ancestors.push(name);
    return [ancestors.join("/")];
  });

  it("shows only what there is", () => {
    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  it("leaves out no folder of lib", () => {
    const folders = readdirSync(path.join(root, "lib")).map((name) => `lib/${name}`);
    expect(folders.filter((folder) => !paths.includes(folder))).toEqual([]);
  });
});
