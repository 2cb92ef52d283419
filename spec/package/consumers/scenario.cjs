/*
 * What every consumer does with the installed package: connect, join, send, receive, lose the link, recover, stop.
 * The modules are handed in, because loading them the consumer's own way is what is under test.
 */
const assert = require("node:assert/strict");

/** @param modules `rxjs`, and of rx-webpubsub: `client`, `operators`, `emulator` */
module.exports = async function scenario({
  rxjs,
  client: { WebPubSubClient },
  operators: { forGroup },
  emulator: { WebPubSubEmulator },
}) {
  const { Observable, ReplaySubject, filter, firstValueFrom, map } = rxjs;

  const emulator = await WebPubSubEmulator.start({ port: 0 });
  const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat", userId: "ann" }));
  assert.ok(client.state$ instanceof Observable, "the package and its user share one rxjs");
  assert.equal(client.state.status, "stopped");

  const { connectionId } = await client.start();
  const group = client.group("room");
  const received = new ReplaySubject();
  const seen = [];
  const subscription = group.messages$.subscribe(received);
  subscription.add(client.groupMessages$.pipe(forGroup("room")).subscribe((message) => seen.push(message.data)));
  await firstValueFrom(group.joined$.pipe(filter(Boolean)));
  const arrival = (data) =>
    firstValueFrom(
      received.pipe(
        map((message) => message.data),
        filter((each) => each === data),
      ),
    );

  const { ackId } = await firstValueFrom(client.sendToGroup("room", "hello"));
  assert.equal(typeof ackId, "number");
  await arrival("hello");

  const recovered = firstValueFrom(client.recovered$);
  emulator.faults.drop(connectionId);
  emulator.hub("chat").sendToGroup("room", "while away");
  assert.equal((await recovered).connectionId, connectionId);
  await arrival("while away");
  assert.deepEqual(seen, ["hello", "while away"]);

  subscription.unsubscribe();
  await client.stop();
  assert.equal(client.state.status, "stopped");
  await emulator.stop();
};
