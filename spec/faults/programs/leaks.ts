import { queryObjects } from "node:v8";
import { VirtualTimeScheduler } from "rxjs";
import { WebPubSubEmulator } from "../../../lib/emulator/index.js";
import { WebPubSubClient } from "../../../lib/index.js";

/* Does the same thing over and over, and prints how many objects more there are and who is still there afterwards. */

/** All that is reachable, functions and arrays too; collects garbage first. */
const countObjects = (): number => queryObjects(Object, { format: "count" });

const scheduler = new VirtualTimeScheduler();
const emulator = WebPubSubEmulator.inMemory({ scheduler });
const { webSocketCtor } = emulator;
const url = emulator.clientAccessUrl({ hub: "chat", expiresInMinutes: 1e6 });
const ignore = { error: () => undefined };

const advance = (ms: number): void => {
  const target = scheduler.frame + ms;
  scheduler.maxFrames = target;
  scheduler.flush();
  scheduler.frame = target;
};

const clientOf = () => new WebPubSubClient(url, { webSocketCtor, scheduler, leaveDelayInMs: 0 });

const kept = clientOf();

const cycles: Readonly<Record<string, (i: number) => void>> = {
  "start and stop": (i) => {
    void kept.start();
    if (i % 3 > 0) advance(i % 3);
    void kept.stop();
    advance(1);
  },
  "stop before anything is open": () => {
    void kept.start();
    void kept.stop();
    advance(1);
  },
  "subscribe and unsubscribe": (i) => {
    void kept.start();
    const subscriptions = [
      kept.group(`group ${i}`).messages$.subscribe(),
      kept.group(`group ${i}`).joined$.subscribe(),
      kept.state$.subscribe(),
      kept.serverMessages$.subscribe(),
    ];
    advance(1);
    for (const subscription of subscriptions) subscription.unsubscribe();
    advance(1);
  },
  "send and settle": (i) => {
    void kept.start();
    kept.sendToGroup(`group ${i}`, { text: "x".repeat(100) }).subscribe();
    kept.sendEvent("nobody", i).subscribe(ignore).unsubscribe();
    kept.joinGroup(`joined ${i}`).subscribe();
    advance(1);
    kept.leaveGroup(`joined ${i}`).subscribe();
    advance(1);
  },
  "be cut and recover": () => {
    void kept.start();
    advance(100);
    for (const { connectionId } of emulator.hub("chat").connections) emulator.faults.drop(connectionId);
    advance(1_000);
  },
};

/** What a promise has settled for is let go of in a task of its own. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 0));

async function objectsAfter(cycle: (i: number) => void, from: number, count: number): Promise<number> {
  for (let i = from; i < from + count; i++) {
    cycle(i);
    if (i % 50 === 0) await pause();
  }
  await pause();
  return countObjects();
}

const growth: Record<string, number> = {};
for (const [name, cycle] of Object.entries(cycles)) {
  const before = await objectsAfter(cycle, 0, 500);
  growth[name] = (await objectsAfter(cycle, 500, 1_000)) - before;
}

const gone: WeakRef<WebPubSubClient>[] = [];
for (let i = 0; i < 1_000; i++) {
  const client = clientOf();
  client.groupMessages$.subscribe();
  advance(1);
  void (i % 2 === 0 ? client.stop() : client.dispose());
  advance(1);
  gone.push(new WeakRef(client));
}
void kept.stop();
advance(60_000);
await pause();
countObjects();
const clientsLeft = gone.filter((reference) => reference.deref() !== undefined).length;
console.log(JSON.stringify({ growth, clientsLeft, timers: scheduler.actions.length }));
