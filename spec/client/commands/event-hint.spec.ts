import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";

const messageOf = (outcome: unknown) => (outcome as Error).message;

it("a service that closes right after a first event: the error hints at the hub's event handler", () => {
  const stage = ScriptedStage.connected({ protocol: "json.webpubsub.azure.v1" });
  const send = record(stage.client.sendEvent("chat.message", "hi"));
  stage.socket.end(1000);
  expect(outcomeOf(send)).toMatchObject({ code: "Unacknowledged" });
  expect(messageOf(outcomeOf(send))).toMatch(/"chat\.message".*event handler/);
});

it("a send to a group says nothing of event handlers", () => {
  const stage = ScriptedStage.connected({ protocol: "json.webpubsub.azure.v1" });
  const send = record(stage.client.sendToGroup("g", "hi"));
  stage.socket.end(1000);
  expect(messageOf(outcomeOf(send))).not.toContain("event handler");
});

it("nor does the refusal of anything but an event", () => {
  const stage = ScriptedStage.connected({ messageRetryOptions: { maxRetries: 0 } });
  const [event, send] = [record(stage.client.sendEvent("e", 1)), record(stage.client.sendToGroup("g", 1))];
  for (const id of [1, 2]) stage.socket.ack(id, { name: "InternalServerError", message: "broken" });
  expect(messageOf(outcomeOf(event))).toContain("event handler");
  expect(messageOf(outcomeOf(send))).not.toContain("event handler");
});
