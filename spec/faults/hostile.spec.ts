import { outcomeOf, record } from "../support/recording.js";
import { eachSubprotocol, Stage } from "./each-subprotocol.js";

const message = (fields: string): string => `{"type":"message","from":"server","dataType":"json",${fields}}`;

/** What a service might send that has gone mad, or a proxy that means no good; and whether it is told as an error. */
const hostile: readonly (readonly [what: string, frame: string | ArrayBuffer, isError: boolean])[] = [
  ["nothing", "", true],
  ["no JSON", "<html>502 Bad Gateway</html>", true],
  ["half a frame", '{"type":"message","from":"ser', true],
  ["a number", "42", true],
  ["null", "null", true],
  ["an array", "[]", true],
  ["a frame without a type", "{}", true],
  ["a type that is no string", '{"type":{}}', true],
  ["a binary frame", new ArrayBuffer(8), true],
  ["a sequence id beyond 2^53", message('"data":1,"sequenceId":9007199254740993'), true],
  ["a negative sequence id", message('"data":1,"sequenceId":-1'), true],
  ["a sequence id that is a string", message('"data":1,"sequenceId":"5"'), true],
  ["an ackId beyond 2^53", '{"type":"ack","ackId":18446744073709551615,"success":true}', true],
  ["an ack without a verdict", '{"type":"ack","ackId":1}', true],
  ["an ack for nobody", '{"type":"ack","ackId":77,"success":false,"error":{"name":"Forbidden","message":"no"}}', false],
  ["a handshake without an id", '{"type":"system","event":"connected","connectionId":""}', true],
  ["an unknown kind", '{"type":"groupStateUpdate","__proto__":{"polluted":true}}', false],
  ["an unknown event", '{"type":"system","event":"toString"}', false],
  ["an event called __proto__", '{"type":"system","event":"__proto__"}', false],
  ["a type called constructor", '{"type":"constructor"}', false],
  ["a data type called __proto__", '{"type":"message","from":"server","dataType":"__proto__","data":1}', false],
  ["metadata that is no object of strings", message('"data":1,"metadata":{"__proto__":{"polluted":true}}'), true],
];

describe.each(eachSubprotocol)("Hostile input, on %s", (_name, protocol) => {
  it.each(hostile)("%s harms neither the link nor the streams nor other commands", (_what, frame, isError) => {
    const stage = new Stage({ protocol });
    const sent = record(stage.client.sendEvent("echo", "mine"));
    stage.history.take();
    stage.service.socket.inject(frame as string);
    stage.send("theirs");
    stage.advance(1_000);
    expect(stage.received).toEqual(["theirs", "mine"]);
    expect(outcomeOf(sent)).toMatchObject({ isDuplicated: false });
    expect(stage.protocolErrors.values).toHaveLength(isError ? 1 : 0);
    expect(stage.history.lines).toEqual([]);
    expect(stage.service.sockets).toHaveLength(1);
    expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined();
  });

  it("a group called __proto__ is a group like any other", () => {
    const stage = new Stage({ protocol });
    const messages = record(stage.client.group("__proto__").messages$);
    const others = record(stage.client.group("constructor").messages$);
    stage.advance(10);
    stage.service.hub.sendToGroup("__proto__", { polluted: 1 });
    stage.advance(10);
    expect(messages.values.map(({ data }) => data)).toEqual([{ polluted: 1 }]);
    expect(others.values).toEqual([]);
  });

  it("data with __proto__ in it stays data", () => {
    const stage = new Stage({ protocol });
    stage.service.socket.inject(message('"data":{"__proto__":{"polluted":true}}'));
    expect(Object.keys(stage.received[0] as object)).toEqual(["__proto__"]);
    expect((stage.received[0] as { readonly polluted?: unknown }).polluted).toBeUndefined();
  });

  it("a message of 8 MiB arrives, and a broken one of that size is told in few words", () => {
    const stage = new Stage({ protocol });
    const huge = "x".repeat(8 * 1_048_576);
    stage.service.socket.inject(message(`"data":"${huge}"`));
    expect(stage.received).toEqual([huge]);
    stage.service.socket.inject(message(`"data":"${huge}`));
    expect(stage.protocolErrors.values).toHaveLength(1);
    expect(String(stage.protocolErrors.values[0]).length).toBeLessThan(1_000);
  });
});

it("sequence ids out of order: what comes late was shown before or is lost, and is not shown", () => {
  const stage = new Stage({});
  for (const id of [1, 2, 5, 3, 4, 5, 6]) stage.service.socket.inject(message(`"data":${id},"sequenceId":${id}`));
  expect(stage.received).toEqual([1, 2, 5, 6]);
});
