import { Command, CommanderError } from "commander";
import { redact } from "../protocol/redact.js";
import { addConnectCommand } from "./connect-command.js";
import { addEmulatorCommand } from "./emulator-command.js";
import { addTokenCommand } from "./token-command.js";

const NAME = "rx-webpubsub";

/** Runs the command to its end and answers the exit code. What goes wrong is one line on stderr. */
export async function run(args: readonly string[], version: string): Promise<number> {
  try {
    await program(version).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // Commander throws what it has said already, and throws for `--help` too.
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(complaint(error instanceof Error ? error.message : String(error)));
    return 1;
  }
}

function program(version: string): Command {
  const command = new Command(NAME)
    .description("Azure Web PubSub from a shell: a local service, a live look at a hub, access URLs.")
    .version(version)
    .configureOutput({ outputError: (text, write) => write(complaint(text)) })
    .exitOverride();
  // Subcommands take over what is set above. Each has a file of its own.
  addEmulatorCommand(command);
  addConnectCommand(command);
  addTokenCommand(command);
  return command;
}

const complaint = (text: string): string =>
  `${NAME}: ${redact(text)
    .replace(/^error: /, "")
    .replace(" is invalid. ", " is invalid: ")
    .trim()
    .replace(/\s*\n\s*/g, " ")}\n`;
