/*
 * What becomes of a command: accepted, accepted though its ack was lost, tried again, refused, or unknown.
 */
import { firstValueFrom, tap, type Observable } from "rxjs";
// In your project: "rx-webpubsub", "rx-webpubsub/emulator" and "rx-webpubsub/operators".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { SendMessageError, WebPubSubClient } from "../lib/index.js";
import { retryBackoff } from "../lib/operators/index.js";

const emulator = await WebPubSubEmulator.start();
const { faults } = emulator;
const shop = emulator.hub("shop");
let busy = 0;
shop.onEvent("order", ({ data }) => {
  console.log("  the server gets", data);
  if (busy-- > 0) throw new Error("busy");
});

const roles = ["webpubsub.joinLeaveGroup"]; // none for sending to groups
const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "shop", roles }), {
  ackTimeoutInMs: 300,
  messageRetryOptions: { retryDelayInMs: 20 },
  reconnectRetryOptions: { retryDelayInMs: 20 },
});
const { connectionId } = await client.start();
const codeOf = (error: unknown) => (error instanceof SendMessageError ? error.code : error);
const show = async (command$: Observable<object>): Promise<void> => {
  console.log(await firstValueFrom(command$).catch(codeOf));
};

await show(client.sendEvent("order", "tea")); // its ack

faults.loseAcks(connectionId); // sent again under the same ackId, which the service knows: done once
await show(client.sendEvent("order", "coffee"));

busy = 2; // an InternalServerError may pass: the client tries again by itself
await show(client.sendEvent("order", "milk"));

await show(client.sendToGroup("staff", "hello")); // trying again would not help

// A session that ends before the ack: nobody knows. Whether to send again is yours to say.
faults.refuseRecovery(connectionId);
shop.onEvent("pay", () => faults.drop(connectionId));
await show(
  client
    .sendEvent("pay", "17")
    .pipe(
      tap({ subscribe: () => console.log("  paying"), error: (error: unknown) => console.log(" ", codeOf(error)) }),
      retryBackoff({ retryDelayInMs: 20, shouldRetry: (error) => codeOf(error) === "Unacknowledged" }),
    ),
);

await client.dispose();
await emulator.stop();

/* Prints:
  the server gets tea
{ ackId: 1, isDuplicated: false }
  the server gets coffee
{ ackId: 2, isDuplicated: true }
  the server gets milk
  the server gets milk
  the server gets milk
{ ackId: 3, isDuplicated: false }
Forbidden
  paying
  Unacknowledged
  paying
{ ackId: 6, isDuplicated: false }
*/
