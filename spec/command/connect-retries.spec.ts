import { firstValueFrom, toArray, VirtualTimeScheduler } from "rxjs";
import { connectionNotes } from "../../lib/command/connect/connection-notes.js";
import { giveUpText, shellShouldRetry } from "../../lib/command/connect/give-up.js";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { ConnectionError, WebPubSubClient } from "../../lib/index.js";

/* How long `connect` tries, in virtual time. */

const place = { hub: "chat", endpoint: "ws://h", access: "ws://h", hint: "do this" };

/** The attempts of a client whose socket never opens, what is noted of them, and how it ends. */
async function attempts(wasConnected: boolean, seconds: number) {
  const scheduler = new VirtualTimeScheduler();
  const emulator = WebPubSubEmulator.inMemory({ scheduler });
  await emulator.stop();
  let count = 0;
  const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat" }), {
    scheduler,
    random: () => 0.999,
    webSocketCtor: class extends emulator.webSocketCtor {
      constructor(...args: ConstructorParameters<typeof emulator.webSocketCtor>) {
        count++;
        super(...args);
        this.close();
      }
    },
    shouldRetry: shellShouldRetry(() => wasConnected),
  });
  const notes = firstValueFrom(connectionNotes(client, "chat").pipe(toArray()));
  const ended = client.start().catch((error: unknown) => error);
  scheduler.maxFrames = seconds * 1_000;
  scheduler.flush();
  const { status } = client.state;
  void client.dispose();
  scheduler.flush();
  return { count, status, notes: await notes, ended: await ended };
}

it("gives up a host that cannot be reached after three more attempts, and says so once", async () => {
  const { count, status, notes, ended } = await attempts(false, 60);
  expect({ count, status, notes: notes.length }).toEqual({ count: 4, status: "stopped", notes: 1 });
  expect(notes[0]).toMatch(/^not connected: .*; trying again$/);
  expect(giveUpText(ended as ConnectionError, place)).toMatch(/^cannot connect to the hub chat at ws:\/\/h: \S/);
});

it("does not give up a service that was there", async () => {
  const { count, status, notes } = await attempts(true, 600);
  expect(status).not.toBe("stopped");
  expect(count).toBeGreaterThan(15);
  expect(notes).toHaveLength(1);
});

it.each([400, 401, 403, 404])("takes HTTP %i for final, before and after", (httpStatus) => {
  const error = new ConnectionError("refused", { code: "OpenFailed", phase: "open", httpStatus });
  for (const was of [false, true]) expect(shellShouldRetry(() => was)({ phase: "open", error }, 1)).toBe(false);
});
