/*
 * Events to the server, and what it says: an answer to one client, and a message to a user on all devices.
 */
import { firstValueFrom, lastValueFrom, map, merge, take, tap } from "rxjs";
// In your project: "rx-webpubsub" and "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { WebPubSubClient } from "../lib/index.js";

const emulator = await WebPubSubEmulator.start();
const server = emulator.hub("shop"); // your server's side; elsewhere an HTTP handler and the official server SDK
server.onEvent("price", ({ data }) => ({ article: data, price: 20 }));

const accessUrl = emulator.clientAccessUrl({ hub: "shop", userId: "ann" });
const phone = new WebPubSubClient(accessUrl);
const laptop = new WebPubSubClient(accessUrl);

const answer = firstValueFrom(phone.serverMessages$);
await firstValueFrom(phone.sendEvent("price", "tea")); // the ack says that the server has taken it
console.log("the answer:", (await answer).data);

const devices = { phone, laptop };
await Promise.all([phone.start(), laptop.start()]);
const notified = lastValueFrom(
  merge(...Object.values(devices).map((device) => device.serverMessages$)).pipe(
    map(({ data }) => data),
    tap((data) => console.log("a notice:", data)),
    take(2),
  ),
);
server.sendToUser("ann", "your tea is on its way");
await notified;

await Promise.all([phone.dispose(), laptop.dispose()]);
await emulator.stop();

/* Prints:
the answer: { article: 'tea', price: 20 }
a notice: your tea is on its way
a notice: your tea is on its way
*/
