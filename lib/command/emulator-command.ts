import { type Command } from "commander";
import { WebPubSubEmulator } from "../emulator/index.js";
import type { ConfigFile } from "./config-file.js";
import { logTraffic } from "./emulator-log.js";
import { portNumber } from "./flag-values.js";
import { HubFlags, type HubSettings } from "./hub-flags.js";
import { print } from "./print.js";
import { stopSignal } from "./stop-signal.js";

interface Flags {
  readonly port?: number;
  readonly host?: string;
  readonly accessKey?: string;
  readonly config?: string;
  readonly verbose?: true;
}

interface Settings {
  readonly options: Parameters<typeof WebPubSubEmulator.start>[0];
  readonly hubs: readonly HubSettings[];
  readonly verbose: boolean;
  /** Where the key is from, for what is wrong with it. */
  readonly keyFrom: string;
}

const DEFAULT_PORT = 8_080;
/** Longer than the service's hour: a day's work with one URL. */
const URL_LIFETIME_MINUTES = 24 * 60;

/** `rx-webpubsub emulator`: a service on a port until it is told to stop. */
export function addEmulatorCommand(program: Command): void {
  const hubFlags = new HubFlags();
  hubFlags
    .addTo(
      program
        .command("emulator")
        .description(
          "Run the service on a port until Ctrl-C. Prints its connection string, then a client access URL for each --hub.",
        ),
    )
    .option("--port <number>", `the port to listen on; 0 takes a free one (default: ${DEFAULT_PORT})`, portNumber)
    .option("--host <address>", "the address to listen on (default: 127.0.0.1)")
    .option("--access-key <key>", "the key that signs and checks tokens (default: that of Azure's local emulator)")
    .option("--config <file>", "a file of JSON that says what flags say; flags win")
    .option("--verbose", "log connects, frames and closes on stderr, without tokens")
    .addHelpText(
      "after",
      "\nAn --upstream belongs to the --hub before it; --events, --presence, --system-events and --group-filters belong" +
        "\nto the --upstream before them, or else to every --upstream of their hub. With one hub it may come last.",
    )
    .action(async (flags: Flags) => runEmulator(await settingsOf(flags, hubFlags)));
}

async function settingsOf(flags: Flags, hubFlags: HubFlags): Promise<Settings> {
  const { config } = flags;
  const file = config === undefined ? undefined : await readFile(config);
  const hubs = hubFlags.resolve(file?.hubs ?? []);
  const accessKey = flags.accessKey ?? file?.accessKey;
  const connectedOnRecovery = file?.connectedOnRecovery;
  return {
    options: {
      port: flags.port ?? file?.port ?? DEFAULT_PORT,
      host: flags.host ?? file?.host ?? "127.0.0.1",
      ...(accessKey !== undefined && { accessKey }),
      ...(connectedOnRecovery !== undefined && { connectedOnRecovery }),
    },
    hubs,
    verbose: flags.verbose ?? file?.verbose ?? false,
    keyFrom: flags.accessKey === undefined && config !== undefined ? `${config}: accessKey` : "--access-key",
  };
}

/** Loaded when there is a file to read: the rules for it are longer than the rest of the command. */
async function readFile(path: string): Promise<ConfigFile> {
  const { readConfigFile } = await import("./config-file.js");
  return readConfigFile(path);
}

async function runEmulator(settings: Settings): Promise<void> {
  const { hubs, verbose } = settings;
  logTraffic(verbose ? "verbose" : "warning");
  const emulator = await start(settings);
  for (const { name, upstream } of hubs) for (const options of upstream) emulator.hub(name).upstream(options);
  const urls = hubs.map(({ name: hub }) => emulator.clientAccessUrl({ hub, expiresInMinutes: URL_LIFETIME_MINUTES }));
  const stopped = stopSignal();
  print([emulator.connectionString, ...urls].join("\n"));
  await stopped;
  await emulator.stop();
}

/** Puts what can go wrong into the words of the command line. */
async function start({ options, keyFrom }: Settings): Promise<WebPubSubEmulator> {
  try {
    return await WebPubSubEmulator.start(options);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { code } = (error.cause ?? {}) as { readonly code?: unknown };
    const hint = code === "EADDRINUSE" ? " (--port 0 takes a free port)" : "";
    throw new Error(error.message.replace(/^accessKey/, keyFrom) + hint, { cause: error });
  }
}
