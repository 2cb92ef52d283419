import { filter, firstValueFrom } from "rxjs";
import { WebPubSubClient } from "rx-webpubsub";
import { forGroup } from "rx-webpubsub/operators";

/** Connects, joins and has its own message come back; answers the message's data. */
export async function echo(url) {
  const client = new WebPubSubClient(url);
  const message = firstValueFrom(client.groupMessages$.pipe(forGroup("room")));
  await firstValueFrom(client.joinGroup("room"));
  await firstValueFrom(client.sendToGroup("room", { from: "a browser" }));
  const { data } = await message;
  await client.stop();
  await firstValueFrom(client.state$.pipe(filter(({ status }) => status === "stopped")));
  return data;
}
