import { fstatSync } from "node:fs";
import { Option, type Command } from "commander";
import { asyncScheduler, from, lastValueFrom, takeUntil } from "rxjs";
import { ConnectionError, WebPubSubClient } from "../index.js";
import { hubAccess } from "./connect/access.js";
import { giveUpText, shellShouldRetry } from "./connect/give-up.js";
import { messageForPrograms, messageForReading } from "./connect/message-text.js";
import { plainTerminal } from "./connect/plain-terminal.js";
import { promptTerminal } from "./connect/prompt-terminal.js";
import { shell, type ShellSettings } from "./connect/shell.js";
import { stylesFor } from "./connect/styles.js";
import type { LineType, Target } from "./connect/target.js";
import { eventName, hubName, oneMore, oneMoreGroup } from "./flag-values.js";
import { SERVICE_VARIABLE, serviceArgument } from "./service-argument.js";
import { stopSignal } from "./stop-signal.js";

interface Options {
  readonly hub?: string;
  readonly group?: readonly string[];
  readonly join: boolean;
  readonly event?: string;
  readonly user?: string;
  readonly role?: readonly string[];
  readonly type: LineType;
  readonly json?: true;
  readonly echo: boolean;
  readonly listen?: true;
}

/** `rx-webpubsub connect`: a live look at a hub, from a terminal or in a pipe. */
export function addConnectCommand(program: Command): void {
  program
    .command("connect")
    .description(
      "Print the messages of a hub as they come, and send the lines that are typed or piped in. Ctrl-C ends it.",
    )
    .argument(
      "[url-or-connection-string]",
      `a client access URL, or Endpoint=…;AccessKey=…; (default: $${SERVICE_VARIABLE})`,
    )
    .option("--hub <name>", "the hub to connect to, with a connection string", hubName)
    .option("--group <name>", "a group to join; lines go to the first one; may be repeated", oneMoreGroup)
    .option("--no-join", "only send to the group, or receive as the member that the token makes")
    .option("--event <name>", "send lines to the server, as events of this name", eventName)
    .option("--user <id>", "the user's id, with a connection string (default: an anonymous user)")
    .option("--role <role>", "a role, with a connection string; may be repeated (default: any group)", oneMore)
    .addOption(new Option("--type <type>", "what lines are sent as").choices(["text", "json"]).default("text"))
    .option("--json", "print each message as a JSON object")
    .option("--no-echo", "leave out what comes back of one's own")
    .option("--listen", "stay when there is no more input")
    .action(connect);
}

async function connect(argument: string | undefined, options: Options): Promise<void> {
  const scheduler = asyncScheduler;
  const place = hubAccess(serviceArgument(argument, "a client access URL or connection string"), options, scheduler);
  let wasConnected = false;
  const client = new WebPubSubClient(place.access, { shouldRetry: shellShouldRetry(() => wasConnected) });
  const watching = client.connected$.subscribe(() => (wasConnected = true));
  const { stdin, stdout, stderr } = process;
  const styles = stylesFor(stdout);
  const terminal =
    stdin.isTTY && stdout.isTTY && process.env["TERM"] !== "dumb"
      ? promptTerminal({ input: stdin, output: stdout }, styles, scheduler)
      : plainTerminal({ input: stdin, output: stdout, errors: stderr });
  const settings: ShellSettings = {
    hub: place.hub,
    groups: options.join ? (options.group ?? []) : [],
    target: firstTarget(options),
    lineType: options.type,
    echo: options.echo,
    listen: options.listen ?? !hasInput(),
    format: options.json ? messageForPrograms : messageForReading(styles),
    scheduler,
  };
  const ending$ = from(stopSignal());
  try {
    await lastValueFrom(shell(client, terminal, settings).pipe(takeUntil(ending$)), { defaultValue: undefined });
  } catch (error) {
    if (error instanceof ConnectionError && error.code === "GaveUp")
      throw new Error(giveUpText(error, place), { cause: error });
    throw error;
  } finally {
    watching.unsubscribe();
    terminal.close();
    await client.dispose();
  }
}

function firstTarget({ event, group: [group] = [] }: Options): Target | undefined {
  if (event !== undefined) return { kind: "event", name: event };
  return group === undefined ? undefined : { kind: "group", name: group };
}

/** Whether lines may come: from someone who types, or from a pipe or a file; /dev/null has none. */
function hasInput(): boolean {
  if (process.stdin.isTTY) return true;
  const input = fstatSync(process.stdin.fd);
  return input.isFIFO() || input.isSocket() || input.isFile();
}
