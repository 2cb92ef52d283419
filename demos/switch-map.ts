/*
 * `switchMap` follows the room that is on the screen: it joins the one and leaves the other.
 */
import { BehaviorSubject, filter, firstValueFrom, share, switchMap, tap } from "rxjs";
// In your project: "rx-webpubsub" and "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { WebPubSubClient } from "../lib/index.js";

const emulator = await WebPubSubEmulator.start();
const chat = emulator.hub("chat");
const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat" }), { leaveDelayInMs: 20 });

const room$ = new BehaviorSubject("kitchen");
const shown$ = room$.pipe(
  switchMap((room) => client.group(room).messages$),
  tap(({ group, data }) => console.log(`${group}: ${String(data)}`)),
  share(),
);
shown$.subscribe();

/** What the router of a page does. */
async function goTo(room: string): Promise<void> {
  const before = room$.value;
  room$.next(room);
  await firstValueFrom(client.group(room).joined$.pipe(filter((joined) => joined !== null)));
  if (room !== before) await firstValueFrom(client.group(before).joined$.pipe(filter((joined) => joined === null)));
  console.log("member of:", ...chat.connections.flatMap(({ groups }) => groups));
}

await goTo("kitchen");
const tea = firstValueFrom(shown$);
chat.sendToGroup("kitchen", "tea is ready");
await tea;

await goTo("garden");
chat.sendToGroup("kitchen", "nobody here?");
const hedgehog = firstValueFrom(shown$);
chat.sendToGroup("garden", "look, a hedgehog");
await hedgehog;
await goTo("kitchen");

await client.dispose();
await emulator.stop();

/* Prints:
member of: kitchen
kitchen: tea is ready
member of: garden
garden: look, a hedgehog
member of: kitchen
*/
