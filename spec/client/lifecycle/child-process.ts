/*
 * A program that uses a client and stops, for port.spec.ts to watch: it must end by itself, soon, and without an
 * unhandled rejection. Says "stopping" just before it stops, and "done" with what it has to tell.
 */
import { filter, firstValueFrom } from "rxjs";
import { WebPubSubClient, type ConnectionState } from "../../../lib/index.js";

const [, , scenario = "", url = ""] = process.argv;
const say = (what: string) => console.log(what);

const until = (client: WebPubSubClient, status: ConnectionState["status"]) =>
  firstValueFrom(client.state$.pipe(filter((state) => state.status === status)));

const scenarios: Readonly<Record<string, () => Promise<string>>> = {
  /** Connects, joins, receives its own message and stops. */
  "a whole life": async () => {
    const client = new WebPubSubClient(url);
    const message = firstValueFrom(client.group("room").messages$);
    await client.start();
    await firstValueFrom(client.sendToGroup("room", "hello"));
    const { data } = await message;
    say("stopping");
    await client.stop();
    return String(data);
  },
  /** Stops without waiting for anything, its promises included. */
  "stop at once": async () => {
    const client = new WebPubSubClient(url);
    void client.start();
    say("stopping");
    void client.stop();
    return client.state.status;
  },
  /** Stops when the socket is on its way. */
  "stop while it connects": async () => {
    const client = new WebPubSubClient(url);
    void client.start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { status } = client.state;
    say("stopping");
    await client.stop();
    return status;
  },
  /** Stops between two attempts. */
  "stop while it waits": async () => {
    const client = new WebPubSubClient(url, { reconnectRetryOptions: { retryDelayInMs: 20_000, jitter: "none" } });
    void client.start();
    await until(client, "disconnected");
    say("stopping");
    await client.stop();
    return client.state.status;
  },
  /** Stops when it is connected, and the peer does not answer. */
  "stop when it is connected": async () => {
    const client = new WebPubSubClient(url);
    await client.start();
    say("stopping");
    await client.stop();
    return client.state.status;
  },
  /** Gives up, and nobody looks at the promise. */
  "give up": async () => {
    const client = new WebPubSubClient(url, { reconnectRetryOptions: { maxRetries: 0 } });
    const stopped = firstValueFrom(client.stopped$);
    void client.start();
    const { error } = await stopped;
    say("stopping");
    return String(error?.message);
  },
  /** Is held by nobody any more, and closes by itself. */
  "go idle": async () => {
    const client = new WebPubSubClient(url, { idleCloseInMs: 100 });
    const subscription = client.serverMessages$.subscribe();
    await until(client, "connected");
    subscription.unsubscribe();
    say("stopping");
    await until(client, "stopped");
    return client.state.status;
  },
};

void scenarios[scenario]?.().then((told) => say(`done ${told}`));
