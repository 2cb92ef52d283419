/*
 * A test of your own code: the service in memory, and time that a TestScheduler passes. Minutes take no time, nothing
 * sleeps, and every run gives the same result.
 */
import assert from "node:assert/strict";
import { concat, map, of, switchMap, timer, type Observable } from "rxjs";
import { TestScheduler } from "rxjs/testing";
// In your project: "rx-webpubsub" and "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { WebPubSubClient, type WebPubSubGroup } from "../lib/index.js";

/** Your own code: who is in the room, which forgets after a minute of silence. */
function presenceOf(room: WebPubSubGroup): Observable<string> {
  return room.messages$.pipe(
    switchMap(({ fromUserId = "nobody" }) =>
      concat(of(`${fromUserId} is here`), timer(60_000).pipe(map(() => `${fromUserId} is away`))),
    ),
  );
}

const scheduler = new TestScheduler(assert.deepEqual);
const seen: string[] = [];

scheduler.run(() => {
  const emulator = WebPubSubEmulator.inMemory({ scheduler });
  const { webSocketCtor } = emulator;
  const clientOf = (userId: string): WebPubSubClient =>
    new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat", userId }), { webSocketCtor, scheduler });
  const [ann, bob] = [clientOf("ann"), clientOf("bob")];
  const at = (seconds: number, action: () => void) => scheduler.schedule(action, seconds * 1_000);

  presenceOf(ann.group("lobby")).subscribe((text) => seen.push(`${scheduler.now() / 1_000} s: ${text}`));

  at(1, () => bob.sendToGroup("lobby", "hello").subscribe());
  at(31, () => emulator.faults.drop(ann.state.status === "connected" ? ann.state.connectionId : ""));
  at(41, () => bob.sendToGroup("lobby", "still there").subscribe());
  at(120, () => [ann, bob].forEach((client) => void client.dispose())); // run() returns when no timer is left
});

assert.deepEqual(seen, ["1 s: bob is here", "41 s: bob is here", "101 s: bob is away"]);
console.log([...seen, "passed"].join("\n"));

/* Prints:
1 s: bob is here
41 s: bob is here
101 s: bob is away
passed
*/
