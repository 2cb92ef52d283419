import { AzureLogger, setLogLevel } from "@azure/logger";
import { InvalidArgumentError, type Command } from "commander";
import { asyncScheduler } from "rxjs";
import { WebPubSubEmulator } from "../emulator/index.js";
import { invalidHubName } from "../protocol/names.js";
import { stopSignal } from "./stop-signal.js";

interface Options {
  readonly port: number;
  readonly host: string;
  readonly accessKey?: string;
  readonly hub: readonly string[];
  readonly verbose?: true;
}

const DEFAULT_PORT = 8_080;
/** Longer than the service's hour: a day's work with one URL. */
const URL_LIFETIME_MINUTES = 24 * 60;

/** `rx-webpubsub emulator`: a service on a port until it is told to stop. */
export function addEmulatorCommand(program: Command): void {
  program
    .command("emulator")
    .description(
      "Run the service on a port until Ctrl-C. Prints its connection string, then a client access URL for each hub.",
    )
    .requiredOption("--hub <name>", "a hub to print a client access URL for, good for a day; may be repeated", addHub)
    .option("--port <number>", "the port to listen on; 0 takes a free one", parsePort, DEFAULT_PORT)
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--access-key <key>", "the key that signs and checks tokens (default: that of Azure's local emulator)")
    .option("--verbose", "log connects, frames and closes on stderr, without tokens")
    .action(runEmulator);
}

async function runEmulator({ port, host, accessKey, hub: hubs, verbose }: Options): Promise<void> {
  if (verbose) logTraffic();
  const emulator = await start({ port, host, ...(accessKey !== undefined && { accessKey }) });
  const urls = hubs.map((hub) => emulator.clientAccessUrl({ hub, expiresInMinutes: URL_LIFETIME_MINUTES }));
  const stopped = stopSignal();
  process.stdout.write(`${[emulator.connectionString, ...urls].join("\n")}\n`);
  await stopped;
  await emulator.stop();
}

/** Puts what can go wrong into the words of the command line. */
async function start(options: Parameters<typeof WebPubSubEmulator.start>[0]): Promise<WebPubSubEmulator> {
  try {
    return await WebPubSubEmulator.start(options);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { code } = (error.cause ?? {}) as { readonly code?: unknown };
    const hint = code === "EADDRINUSE" ? " (--port 0 takes a free port)" : "";
    throw new Error(error.message.replace(/^accessKey/, "--access-key") + hint, { cause: error });
  }
}

function logTraffic(): void {
  AzureLogger.log = (line: string) => {
    const time = new Date(asyncScheduler.now()).toTimeString().slice(0, 8);
    process.stderr.write(`${time} ${line.replace(/^azure:rx-webpubsub:emulator:verbose /, "")}\n`);
  };
  setLogLevel("verbose");
}

function addHub(name: string, others: readonly string[] = []): readonly string[] {
  const wrong = invalidHubName(name);
  if (wrong !== undefined) throw new InvalidArgumentError(wrong);
  return [...others, name];
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError("it must be a whole number from 0 to 65535.");
  return port;
}
