import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { format } from "node:util";
import * as serverSdk from "@azure/web-pubsub";
import * as rxjs from "rxjs";
import * as forAwait from "rxjs-for-await";
import * as rxjsTesting from "rxjs/testing";
import ts from "typescript";
import * as emulatorEntry from "../../lib/emulator/index.js";
import * as mainEntry from "../../lib/index.js";
import * as operatorsEntry from "../../lib/operators/index.js";
import { prepare } from "./given.js";
import type { WebPubSubEmulator } from "../../lib/emulator/index.js";
import type { WebPubSubClient } from "../../lib/index.js";
import type { Snippet } from "./snippets.js";

/** Less than the time that Jest gives a test, so that it fails in words of its own. */
const PATIENCE_MS = 8_000;

/** Runs a snippet until it has ended and printed what it announces, and returns all that it has printed by then. */
export async function run({ code, prints }: Snippet): Promise<readonly string[]> {
  const given = await prepare();
  const clients = [given.client];
  const emulators = [given.emulator];
  const printed: string[] = [];
  const complete = new Signal();
  const failed = new Signal();
  const print = (...values: unknown[]): void => {
    printed.push(format(...values));
    if (printed.length >= prints.length) complete.resolve();
  };
  if (prints.length === 0) complete.resolve();
  rxjs.config.onUnhandledError = (error) => failed.reject(error);
  const patience = new AbortController();
  const late = delay(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`still running after ${PATIENCE_MS} ms, having printed:\n${printed.join("\n")}`);
  });
  const ended = async (): Promise<void> => {
    await compile(code)({}, requireFrom(clients, emulators), given, { log: print, warn: print, error: print });
    await complete.promise;
    await Promise.all(clients.map(quiet));
  };
  try {
    await Promise.race([ended(), failed.promise, late]);
    return [...printed];
  } finally {
    patience.abort();
    // What is still under way errors now, as it has to.
    rxjs.config.onUnhandledError = rxjs.noop;
    await Promise.all(clients.map((client) => client.dispose()));
    await Promise.all(emulators.map((emulator) => emulator.stop()));
    rxjs.config.onUnhandledError = null;
  }
}

/** Commands are answered in order: after one of ours has been, granted or refused, those before it have been, too. */
async function quiet(client: WebPubSubClient): Promise<void> {
  if (client.state.status !== "connected") return;
  await rxjs.firstValueFrom(client.joinGroup("the end")).catch(rxjs.noop);
}

type Body = (
  exports: object,
  require: (name: string) => unknown,
  given: unknown,
  console: Record<"log" | "warn" | "error", (...values: unknown[]) => void>,
) => Promise<void>;

/** A snippet as an asynchronous function: it awaits at its top level, which CommonJS modules cannot. */
function compile(code: string): Body {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  });
  const source = `return (async () => { ${outputText}\n})();`;
  // The text is our README's, and it has to share this realm's Array and Error with lib.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return new Function("exports", "require", "given", "console", source) as Body;
}

/** The modules that a snippet may import; what it makes of ours is noted, to be ended after it. */
function requireFrom(clients: WebPubSubClient[], emulators: WebPubSubEmulator[]): (name: string) => unknown {
  class Client extends mainEntry.WebPubSubClient {
    constructor(...args: ConstructorParameters<typeof mainEntry.WebPubSubClient>) {
      super(...args);
      clients.push(this);
    }
  }
  const Emulator = {
    async start(...args: Parameters<typeof emulatorEntry.WebPubSubEmulator.start>) {
      const emulator = await emulatorEntry.WebPubSubEmulator.start(...args);
      emulators.push(emulator);
      return emulator;
    },
    inMemory: emulatorEntry.WebPubSubEmulator.inMemory.bind(emulatorEntry.WebPubSubEmulator),
  };
  const modules = new Map<string, unknown>([
    ["rx-webpubsub", { ...mainEntry, WebPubSubClient: Client }],
    ["rx-webpubsub/operators", operatorsEntry],
    ["rx-webpubsub/emulator", { ...emulatorEntry, WebPubSubEmulator: Emulator }],
    ["@azure/web-pubsub", serverSdk],
    ["rxjs", rxjs],
    ["rxjs/testing", rxjsTesting],
    ["rxjs-for-await", forAwait],
    ["node:assert/strict", { __esModule: true, default: assert }],
  ]);
  return (name) => {
    if (!modules.has(name)) throw new Error(`a snippet imports "${name}", which run-snippet.ts does not know`);
    return modules.get(name);
  };
}

/** A promise that is settled from outside. */
class Signal {
  resolve!: () => void;
  reject!: (reason: unknown) => void;
  readonly promise = new Promise<void>((...settle) => ([this.resolve, this.reject] = settle));
}
