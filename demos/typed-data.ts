/*
 * Typed data: `dataOf` checks what comes with a schema, here Zod's; Valibot, ArkType and other Standard Schemas do too,
 * and so does a function that throws. What does not fit is reported, and the stream goes on.
 */
import { filter, firstValueFrom, lastValueFrom, take, tap } from "rxjs";
import { z } from "zod";
// In your project: "rx-webpubsub", "rx-webpubsub/emulator" and "rx-webpubsub/operators".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { WebPubSubClient } from "../lib/index.js";
import { dataOf } from "../lib/operators/index.js";

const Reading = z.object({
  sensor: z.string(),
  celsius: z.number(),
  at: z.iso.datetime().transform((at) => new Date(at)),
});

const emulator = await WebPubSubEmulator.start();
const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "meter" }));

const cellar = client.group("cellar");
const read = lastValueFrom(
  cellar.messages$.pipe(
    dataOf(Reading, { onInvalid: (error) => console.log(String(error)) }),
    // From here on it is { sensor: string; celsius: number; at: Date }.
    tap(({ sensor, celsius, at }) => console.log(sensor, celsius.toFixed(1), at.getUTCFullYear())),
    take(2),
  ),
);
await firstValueFrom(cellar.joined$.pipe(filter((joined) => joined !== null)));

const server = emulator.hub("meter");
server.sendToGroup("cellar", { sensor: "door", celsius: 8, at: "2026-01-31T08:00:00Z" });
server.sendToGroup("cellar", { sensor: "door", celsius: "cold", at: "2026-01-31T08:01:00Z" });
server.sendToGroup("cellar", { sensor: "shelf", celsius: 7.5, at: "2026-01-31T08:02:00Z" });
await read;

await client.dispose();
await emulator.stop();

/* Prints:
door 8.0 2026
TypeError: Invalid data: celsius: Invalid input: expected number, received string
shelf 7.5 2026
*/
