/*
 * Messages in a loop, with rxjs-for-await. A loop takes its time, messages do not wait: choose what becomes of those that
 * come meanwhile. Here the body is so slow with the first message that four more come.
 *
 * For the newest alone, take the last of each batch: `latestValueFrom` of rxjs-for-await 1.0.0 loses it while the body runs.
 */
import { filter, firstValueFrom, map, type Observable } from "rxjs";
import { bufferedValuesFrom, eachValueFrom, nextValueFrom } from "rxjs-for-await";
// In your project: "rx-webpubsub" and "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../lib/emulator/index.js";
import { WebPubSubClient } from "../lib/index.js";

const emulator = await WebPubSubEmulator.start();
const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "meter", groups: ["kitchen"] }));
await client.start();
const values$ = client.groupMessages$.pipe(map(({ data }) => data as number));

type Policy = (values$: Observable<number>) => AsyncIterable<number | number[]>;
const send = (...values: number[]): void =>
  values.forEach((value) => emulator.hub("meter").sendToGroup("kitchen", value));

async function loop(policy: string, intoLoop: Policy): Promise<void> {
  const fifth = firstValueFrom(values$.pipe(filter((value) => value === 5)));
  const seen: unknown[] = [];
  const slow = async (): Promise<void> => {
    send(2, 3, 4, 5);
    await fifth;
    send(6);
  };
  queueMicrotask(() => send(1)); // Messages are hot: the loop has those that come after it began.
  for await (const value of intoLoop(values$)) {
    if (seen.push(value) === 1) await slow();
    if ([value].flat().includes(6)) break; // unsubscribes
  }
  console.log(policy, JSON.stringify(seen));
}

await loop("each: none is lost, all that wait are kept:", eachValueFrom);
await loop("buffered: none is lost, those that wait come together:", bufferedValuesFrom);
await loop("next: what comes while the body runs is lost:", nextValueFrom);

await client.dispose();
await emulator.stop();

/* Prints:
each: none is lost, all that wait are kept: [1,2,3,4,5,6]
buffered: none is lost, those that wait come together: [[1],[2,3,4,5],[6]]
next: what comes while the body runs is lost: [1,6]
*/
