/*
 * What a page tells of its connection: one Observable of states, from which a text is made.
 */
import { distinctUntilChanged, filter, firstValueFrom, map } from "rxjs";
// In your project: "rx-webpubsub" and "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { WebPubSubClient, type ConnectionError, type ConnectionState } from "../lib/index.js";

function banner(state: ConnectionState): string {
  switch (state.status) {
    case "connected":
      return `online as ${state.userId ?? "a guest"}`;
    case "connecting":
      return "connecting";
    case "recovering": // the same session: nothing will be missed
      return "one moment";
    case "disconnected": // no session: a new one is tried at retryAt
      return `offline (${state.cause.phase}), attempt ${state.attempt} follows`;
    case "stopped":
      return state.reason === "gaveUp" ? `gave up (${state.cause?.phase ?? ""})` : `stopped (${state.reason})`;
  }
}

const emulator = await WebPubSubEmulator.start();
const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat", userId: "ann" }), {
  reconnectRetryOptions: { retryDelayInMs: 20, maxRetries: 1 },
});
client.state$.pipe(map(banner), distinctUntilChanged()).subscribe((text) => console.log(`[${text}]`));
const inState = (status: ConnectionState["status"]) =>
  firstValueFrom(client.state$.pipe(filter((state) => state.status === status)));

const { connectionId } = await client.start();

emulator.faults.drop(connectionId);
await inState("recovering");
await inState("connected");

emulator.faults.refuseRecovery(connectionId);
emulator.faults.drop(connectionId);
await inState("disconnected");
await inState("connected");

await client.stop();
await emulator.stop(); // nobody is there any more
await client.start().catch((error: unknown) => console.log((error as ConnectionError).code));
await client.dispose();

/* Prints:
[stopped (initial)]
[connecting]
[online as ann]
[one moment]
[online as ann]
[one moment]
[offline (live), attempt 2 follows]
[connecting]
[online as ann]
[stopped (stop)]
[connecting]
[offline (open), attempt 2 follows]
[connecting]
[gave up (open)]
GaveUp
[stopped (disposed)]
*/
