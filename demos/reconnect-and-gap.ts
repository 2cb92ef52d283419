/*
 * A link that drops, and a session that is lost. The first is mended without a word; after the second `gap$` says that
 * something may be missing, and the app fetches what it holds anew.
 */
import { BehaviorSubject, filter, firstValueFrom, from, map, merge, scan, switchMap } from "rxjs";
// In your project: "rx-webpubsub" and "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { WebPubSubClient } from "../lib/index.js";

type Item = readonly [id: number, text: string];

const emulator = await WebPubSubEmulator.start();
const database: Item[] = []; // what your server remembers
const fetchHistory = async (): Promise<readonly Item[]> => database; // how your app asks for it
const publish = (text: string): void => {
  const item: Item = [database.length + 1, text];
  database.push(item);
  emulator.hub("news").sendToGroup("today", item);
};

const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "news" }), {
  reconnectRetryOptions: { retryDelayInMs: 20 },
});
client.recovered$.subscribe(() => console.log("recovered: nothing was missed"));
client.gap$.subscribe(({ groups }) => console.log("gap: stale until fetched again:", ...groups));

// Whoever fetches while messages flow has some items twice. Held by their id, they are there once.
const live$ = client.group("today").messages$.pipe(map(({ data }) => data as Item));
const refetched$ = client.connected$.pipe(
  filter(({ previousConnectionId }) => previousConnectionId !== undefined), // it follows a gap
  switchMap(fetchHistory),
  switchMap((items) => from(items)),
);
const held$ = new BehaviorSubject(new Map<number, string>());
merge(live$, refetched$)
  .pipe(scan((held, item) => new Map([...held, item]), held$.value))
  .subscribe(held$);
const hold = async (count: number): Promise<void> => {
  const held = await firstValueFrom(held$.pipe(filter(({ size }) => size === count)));
  console.log("the page shows:", ...held.values());
};

const { connectionId } = await client.start();
publish("one");
await hold(1);

emulator.faults.drop(connectionId); // as a tunnel does
publish("two");
await hold(2);

emulator.faults.refuseRecovery(connectionId); // as after a long sleep
emulator.faults.drop(connectionId);
publish("three");
await hold(3);

await client.dispose();
await emulator.stop();

/* Prints:
the page shows: one
recovered: nothing was missed
the page shows: one two
gap: stale until fetched again: today
the page shows: one two three
*/
