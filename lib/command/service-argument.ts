import { readConnectionString, type ServiceAddress } from "../emulator/connection-string.js";

/** Where the argument is looked for when it is left out: off the command line it is in no shell history and no list of processes. */
export const SERVICE_VARIABLE = "WEBPUBSUB_CONNECTION_STRING";

/** The argument, or what the environment says in its place. */
export function serviceArgument(argument: string | undefined, what: string): string {
  const text = (argument ?? process.env[SERVICE_VARIABLE] ?? "").trim();
  if (text === "") throw new Error(`${what} is missing: pass it as the argument, or set ${SERVICE_VARIABLE}`);
  return text;
}

/** A service by its connection string. @throws Error in the words of the command line, without the key */
export function serviceOf(text: string): ServiceAddress {
  if (/^wss?:/i.test(text)) {
    throw new Error("a client access URL has no access key: pass a connection string, Endpoint=https://…;AccessKey=…;");
  }
  return readConnectionString(text);
}
