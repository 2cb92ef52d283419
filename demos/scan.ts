/*
 * `scan` folds the messages of a group into what a page shows, here the count of votes.
 */
import { firstValueFrom, lastValueFrom, map, scan, take, tap } from "rxjs";
// In your project: "rx-webpubsub" and "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { WebPubSubClient } from "../lib/index.js";

const emulator = await WebPubSubEmulator.start();
const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "vote", userId: "ann" }));

const votes = client.group("votes");
const count$ = votes.messages$.pipe(
  map(({ data }) => String(data)),
  scan((counts, choice) => ({ ...counts, [choice]: (counts[choice] ?? 0) + 1 }), {} as Record<string, number>),
);

const counted = lastValueFrom(
  count$.pipe(
    tap((counts) => console.log(counts)),
    take(4),
  ),
);
for (const choice of ["tea", "coffee", "tea", "tea"]) await firstValueFrom(votes.send(choice));
await counted;

await client.dispose();
await emulator.stop();

/* Prints:
{ tea: 1 }
{ tea: 1, coffee: 1 }
{ tea: 2, coffee: 1 }
{ tea: 3, coffee: 1 }
*/
