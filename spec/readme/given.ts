import { WebPubSubEmulator, type EmulatorHub } from "../../lib/emulator/index.js";
import { WebPubSubClient, type WebPubSubGroup } from "../../lib/index.js";

/** What snippets of the README may take for granted: a client of the user "ann" on an emulator of its own. */
export interface Given {
  readonly emulator: WebPubSubEmulator;
  /** The hub from the application's side; answers the event "echo" with what it says. */
  readonly chat: EmulatorHub;
  /** Not started; `retryDelayInMs` is short. */
  readonly client: WebPubSubClient;
  readonly lobby: WebPubSubGroup;
  /** Answers any request with a fresh access URL, as an application's server would. */
  readonly fetch: (path: string) => Promise<Response>;
  /** Gives a fresh one. */
  readonly accessUrl: () => Promise<string>;
  readonly connectionString: string;
  /** What the application's own server has of a group. */
  readonly fetchHistory: (group: string) => Promise<readonly string[]>;
}

export async function prepare(): Promise<Given> {
  const emulator = await WebPubSubEmulator.start();
  const chat = emulator.hub("chat");
  chat.onEvent("echo", ({ data }) => data);
  const accessUrl = () => emulator.clientAccessUrl({ hub: "chat", userId: "ann" });
  const client = new WebPubSubClient(accessUrl(), { reconnectRetryOptions: { retryDelayInMs: 10 } });
  return {
    emulator,
    connectionString: emulator.connectionString,
    chat,
    client,
    lobby: client.group("lobby"),
    accessUrl: () => Promise.resolve(accessUrl()),
    fetch: () => Promise.resolve(new Response(accessUrl())),
    fetchHistory: (group) => Promise.resolve([`what was said in the ${group}`]),
  };
}
