/*
 * Two people in a group. Subscribing to its messages connects and joins; there is nothing else to call.
 */
import { filter, firstValueFrom, lastValueFrom, take, tap } from "rxjs";
// In your project: "rx-webpubsub" and "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { WebPubSubClient } from "../lib/index.js";

const emulator = await WebPubSubEmulator.start();
const ann = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat", userId: "ann" }));
const bob = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat", userId: "bob" }));

const lobby = bob.group("lobby");
const heard = lastValueFrom(
  lobby.messages$.pipe(
    tap(({ fromUserId, dataType, data }) => console.log(`bob hears ${fromUserId}, in ${dataType}:`, data)),
    take(3),
  ),
);
await firstValueFrom(lobby.joined$.pipe(filter((joined) => joined !== null)));
console.log("bob is in the lobby");

await firstValueFrom(ann.sendToGroup("lobby", "hello"));
await firstValueFrom(ann.sendToGroup("lobby", { how: "are you?" }));
await firstValueFrom(ann.sendToGroup("lobby", new Uint8Array([1, 2, 3])));
await heard;

await Promise.all([ann.dispose(), bob.dispose()]);
await emulator.stop();

/* Prints:
bob is in the lobby
bob hears ann, in text: hello
bob hears ann, in json: { how: 'are you?' }
bob hears ann, in binary: ArrayBuffer { [Uint8Contents]: <01 02 03>, byteLength: 3 }
*/
