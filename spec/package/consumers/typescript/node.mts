/* The emulator beside the client, with @types/node. node.cts is the same as CommonJS. */
import { firstValueFrom } from "rxjs";
import { WebPubSubClient } from "rx-webpubsub";
import { WebPubSubEmulator } from "rx-webpubsub/emulator";

async function main(): Promise<void> {
  const emulator: WebPubSubEmulator = await WebPubSubEmulator.start({ port: 0 });
  const url: string = emulator.clientAccessUrl({ hub: "chat", userId: "ann" });
  const client = new WebPubSubClient(url);
  const { isDuplicated } = await firstValueFrom(client.joinGroup("room"));
  const inMemory = WebPubSubEmulator.inMemory();
  new WebPubSubClient(inMemory.clientAccessUrl({ hub: "chat" }), { webSocketCtor: inMemory.webSocketCtor });
  await client.stop();
  await emulator.stop();
  console.log(`in TypeScript: done${isDuplicated ? " twice" : ""}`);
}

void main();
