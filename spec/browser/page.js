// A user's page: it shows what a room hears and how the connection is doing. browser.spec.ts builds and visits it.
import { scan } from "rxjs";
import { WebPubSubClient } from "rx-webpubsub";
import { forGroup } from "rx-webpubsub/operators";

const query = new URLSearchParams(location.search);
const find = (selector) => document.querySelector(selector);
const show = (selector, text) => {
  find(selector).textContent = text;
};

const client = new WebPubSubClient(query.get("access"), {
  reconnectRetryOptions: { retryDelayInMs: Number(query.get("delay") ?? 50), mode: "Fixed", jitter: "none" },
});

const history = [];
client.state$.subscribe(({ status }) => {
  // A recovery that has to wait a moment (links that drop within 50 ms) and then begins is two states of one status.
  if (history.at(-1) !== status) history.push(status);
  show("#status", status);
  show("#history", history.join(" "));
});
client.gap$.subscribe(({ groups }) => show("#gaps", `messages of ${groups.join(", ")} may be missing`));

client.group("room").messages$.subscribe(({ data }) => {
  const item = document.createElement("li");
  item.textContent = data instanceof ArrayBuffer ? `bytes ${new Uint8Array(data).join(" ")}` : JSON.stringify(data);
  find("#messages").append(item);
});
client.groupMessages$
  .pipe(
    forGroup("room"),
    scan((count) => count + 1, 0),
  )
  .subscribe((count) => show("#count", String(count)));

find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = event.target.elements.text.value;
  client.sendToGroup("room", text).subscribe({
    next: ({ ackId }) => show("output", `sent as ${ackId}`),
    error: (error) => show("output", error.message),
  });
});
find("#leave").addEventListener("click", () => client.dispose());
