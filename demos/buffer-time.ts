/*
 * `bufferTime` draws at most once per 50 ms, however fast messages come. The client takes each message as it comes:
 * a page that draws slowly holds up nothing but itself.
 */
import { bufferTime, filter, interval, lastValueFrom, map, scan, take, takeWhile } from "rxjs";
// In your project: "rx-webpubsub" and "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { WebPubSubClient } from "../lib/index.js";

const emulator = await WebPubSubEmulator.start();
const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "map", groups: ["buses"] }));

const drawn$ = client.groupMessages$.pipe(
  map(({ data }) => data as { readonly bus: number; readonly at: number }),
  bufferTime(50),
  filter((moves) => moves.length > 0),
  // One drawing: of each bus the newest place.
  map((moves) => ({ moves: moves.length, places: new Map(moves.map(({ bus, at }) => [bus, at])) })),
  scan(
    ({ drawings, moves }, drawing) => ({ drawings: drawings + 1, moves: moves + drawing.moves, last: drawing.places }),
    { drawings: 0, moves: 0, last: new Map<number, number>() },
  ),
  takeWhile(({ moves }) => moves < 900, true),
);

const drawn = lastValueFrom(drawn$);
await client.start();
interval(1)
  .pipe(take(300))
  .subscribe((at) => [1, 2, 3].forEach((bus) => emulator.hub("map").sendToGroup("buses", { bus, at })));
const { moves, drawings, last } = await drawn;
console.log(`${moves} messages, drawn ${drawings} times, at last:`, last);

await client.dispose();
await emulator.stop();

/* Prints:
900 messages, drawn <n> times, at last: Map(3) { 1 => 299, 2 => 299, 3 => 299 }
*/
