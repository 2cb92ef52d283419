import type { Command } from "commander";
import { asyncScheduler } from "rxjs";
import { clientAccessUrl } from "../emulator/client-access-url.js";
import { hubName, minutes, oneMore, oneMoreGroup } from "./flag-values.js";
import { print } from "./print.js";
import { SERVICE_VARIABLE, serviceArgument, serviceOf } from "./service-argument.js";

interface Options {
  readonly hub: string;
  readonly user?: string;
  readonly role?: readonly string[];
  readonly group?: readonly string[];
  readonly expires: number;
}

/** As the official server SDK has it. */
const DEFAULT_MINUTES = 60;

/** `rx-webpubsub token`: a client access URL and nothing else, for scripts. */
export function addTokenCommand(program: Command): void {
  program
    .command("token")
    .description("Print a client access URL, signed here with the key of a connection string.")
    .argument("[connection-string]", `Endpoint=…;AccessKey=…; (default: $${SERVICE_VARIABLE})`)
    .requiredOption("--hub <name>", "the hub to connect to", hubName)
    .option("--user <id>", "the user's id (default: an anonymous user)")
    .option("--role <role>", "a role, such as webpubsub.sendToGroup.g; may be repeated (default: none)", oneMore)
    .option("--group <name>", "a group to be a member of from the start; may be repeated", oneMoreGroup)
    .option("--expires <minutes>", "for how many minutes the URL may be used to connect", minutes, DEFAULT_MINUTES)
    .action((argument: string | undefined, options: Options) => {
      const { hub, user, role = [], group = [], expires } = options;
      const service = serviceOf(serviceArgument(argument, "a connection string"));
      const userId = user === undefined ? {} : { userId: user };
      const content = { hub, ...userId, roles: role, groups: group, expiresInMinutes: expires };
      print(clientAccessUrl(service, content, asyncScheduler.now()));
    });
}
