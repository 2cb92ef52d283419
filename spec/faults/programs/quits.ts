import { WebPubSubClient } from "../../../lib/index.js";

/*
 * Wants a connection to the URL that it is given, or whose provider never answers, and stops after a while. Nothing but
 * the client could keep this process alive after that.
 */
const [url = ""] = process.argv.slice(2);
const client = new WebPubSubClient(url === "" ? () => new Promise<string>(() => undefined) : url, {
  // Even a peer that refuses for good is tried again here.
  shouldRetry: () => true,
});
void client.start();
client.group("room").messages$.subscribe();
client.sendToGroup("room", "hello").subscribe({ error: () => undefined });
setTimeout(() => {
  console.log(`stopping while ${client.state.status}`);
  void client.stop();
}, 700);
