import { readFile } from "node:fs/promises";
import * as z from "zod";
import { UpstreamRoute } from "../emulator/upstream/upstream-route.js";
import { presenceEvents, systemEvents } from "../emulator/upstream/upstream-options.js";
import { invalidHubName } from "../protocol/names.js";
import type { HubSettings } from "./hub-flags.js";

/* What the flags of `rx-webpubsub emulator` say, as a file of JSON. */

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");

/** An object that holds nothing else. */
const closed = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === "unrecognized_keys" ? `known here are ${quoted(Object.keys(shape))}` : "it must be an object",
  });

const text = z.string("it must be a string");
const texts = z.array(text, "it must be a list of strings");
const flag = z.boolean("it must be true or false");
const namesFrom = <Name extends string>(names: readonly Name[]) =>
  z.array(z.enum(names, `it must be one of ${quoted(names)}`), "it must be a list");

const upstream = closed({
  url: z.string("it must be a URL, http or https"),
  events: z.union([text, texts], "it must be a string or a list of strings").optional(),
  systemEvents: namesFrom(systemEvents).optional(),
  presence: namesFrom(presenceEvents).optional(),
  groupFilters: texts.optional(),
}).superRefine((options, context) => {
  try {
    new UpstreamRoute(options);
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
  }
});

const hub = closed({ upstream: z.array(upstream, "it must be a list").optional() });

const PORT = "it must be a whole number from 0 to 65535";

const file = closed({
  port: z.int(PORT).min(0, PORT).max(65_535, PORT).optional(),
  host: text.optional(),
  accessKey: text.optional(),
  verbose: flag.optional(),
  connectedOnRecovery: flag.optional(),
  hubs: z
    .record(z.string(), hub, "it must be an object: the name of each hub and what is to be known of it")
    .superRefine((hubs, context) => {
      for (const name of Object.keys(hubs)) {
        const message = invalidHubName(name);
        if (message !== undefined) context.addIssue({ code: "custom", path: [name], message });
      }
    })
    .optional(),
});

/** What a file says. */
export interface ConfigFile extends Omit<z.output<typeof file>, "hubs"> {
  readonly hubs: readonly HubSettings[];
}

/** @throws Error that names the file, the place in it, what stands there, and what should */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const result = file.safeParse(parse(await read(path), path), { reportInput: true });
  if (!result.success) throw new Error(`${path}: ${result.error.issues.map(issueText).join("; ")}`);
  const { hubs = {}, ...others } = result.data;
  return { ...others, hubs: Object.entries(hubs).map(([name, { upstream = [] }]) => ({ name, upstream })) };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new Error(`cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function parse(content: string, path: string): unknown {
  let position: string | undefined;
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (mistake) {
    // Its own words stay behind: they may quote the access key.
    position = /at position (\d+)/.exec(String(mistake))?.[1];
  }
  const before = content.slice(0, Number(position)).split("\n");
  const place = position === undefined ? "" : ` in line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
  throw new Error(`${path} is not valid JSON: there is a mistake${place}`);
}

function issueText(issue: z.core.$ZodIssue): string {
  const where = issue.path.reduce<string>((path, part) => join(path, part), "");
  if (issue.code === "unrecognized_keys") {
    return `${issue.keys.map((key) => join(where, key)).join(", ")} is unknown: ${issue.message}`;
  }
  // The emulator's own words hold the value already.
  if (issue.code === "custom") return `${where}: ${issue.message}`;
  const isSecret = where === "accessKey";
  const found = issue.input === undefined ? "is missing" : isSecret ? "is wrong" : `is ${JSON.stringify(issue.input)}`;
  return `${where || "the file"} ${found}: ${issue.message}`;
}

const join = (path: string, part: PropertyKey): string =>
  typeof part === "number" ? `${path}[${part}]` : `${path}${path === "" ? "" : "."}${String(part)}`;
