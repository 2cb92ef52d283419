// A user's own test of what they show, in jest with jsdom: the client on the emulator in memory, in virtual time.
const { VirtualTimeScheduler } = require("rxjs");
const { WebPubSubClient } = require("rx-webpubsub");
const { WebPubSubEmulator } = require("rx-webpubsub/emulator");

test("what the room hears is on the page, also what was said while the link was down", () => {
  const scheduler = new VirtualTimeScheduler();
  const emulator = WebPubSubEmulator.inMemory({ scheduler });
  const chat = emulator.hub("chat");
  const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat" }), {
    webSocketCtor: emulator.webSocketCtor,
    scheduler,
  });
  const subscription = client.group("room").messages$.subscribe(({ data }) => {
    document.body.appendChild(document.createElement("p")).textContent = data;
  });
  scheduler.schedule(() => {
    chat.sendToGroup("room", "hello");
    emulator.faults.drop(chat.connections[0].connectionId);
    chat.sendToGroup("room", "while away");
  }, 1_000);
  scheduler.schedule(() => subscription.unsubscribe(), 20_000);
  scheduler.flush();
  expect(Array.from(document.querySelectorAll("p"), (each) => each.textContent)).toEqual(["hello", "while away"]);
});
