/* Runs the browser bundles where no browser is: with a global WebSocket, and nothing of Node taken by the bundle. */
import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { WebPubSubEmulator } from "rx-webpubsub/emulator";

let opened = 0;
globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    opened += 1;
  }
};

const emulator = await WebPubSubEmulator.start({ port: 0 });
for (const bundle of process.argv.slice(2)) {
  const { echo } = await import(bundle);
  assert.deepEqual(await echo(emulator.clientAccessUrl({ hub: "chat" })), { from: "a browser" });
}
assert.equal(opened, process.argv.length - 2, "the bundles use the platform's WebSocket");
await emulator.stop();
console.log("browser bundles: done");
