/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { VirtualTimeScheduler } from "rxjs";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { WebPubSubClient } from "../../lib/index.js";

it("in jest with jsdom an app's own test runs the client on the in-memory emulator", () => {
  const scheduler = new VirtualTimeScheduler();
  const emulator = WebPubSubEmulator.inMemory({ scheduler });
  const access = emulator.clientAccessUrl({ hub: "chat", userId: "ann" });
  const client = new WebPubSubClient(access, { webSocketCtor: emulator.webSocketCtor, scheduler });
  const list = document.body.appendChild(document.createElement("ul"));
  const subscription = client.group("room").messages$.subscribe(({ data }) => {
    list.appendChild(document.createElement("li")).textContent = String(data);
  });
  const chat = emulator.hub("chat");
  scheduler.schedule(() => chat.sendToGroup("room", "hello"), 1_000);
  scheduler.schedule(() => emulator.faults.drop(chat.connections[0]!.connectionId), 2_000);
  scheduler.schedule(() => chat.sendToGroup("room", "while away"), 2_000);
  scheduler.schedule(() => chat.sendToGroup("room", new Uint8Array([1, 2]), { dataType: "binary" }), 9_000);
  scheduler.schedule(() => subscription.unsubscribe(), 10_000);
  scheduler.flush();
  expect(Array.from(list.children, (item) => item.textContent)).toEqual([
    "hello",
    "while away",
    "[object ArrayBuffer]",
  ]);
  expect(client.state).toEqual({ status: "stopped", reason: "idle" });
});
