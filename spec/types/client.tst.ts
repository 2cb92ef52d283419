import { describe, expect, it } from "tstyche";
import { EMPTY, of, VirtualTimeScheduler, type Observable, type Subject } from "rxjs";
import { WebSocket as WsWebSocket } from "ws";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import {
  WebPubSubClient,
  type AckMessage,
  type ClientAccess,
  type CommandResult,
  type Connected,
  type ConnectionState,
  type Disconnected,
  type Gap,
  type GroupDataMessage,
  type Joined,
  type ProtocolError,
  type Recovered,
  type RejoinGroupFailed,
  type SendMessageError,
  type ServerDataMessage,
  type SessionIdentity,
  type Stopped,
  type WebPubSubClientOptions,
  type WebPubSubGroup,
  type WebSocketConstructor,
} from "../../lib/index.js";

declare const client: WebPubSubClient;
declare const groupMessage: GroupDataMessage;
declare const anyMessage: GroupDataMessage | ServerDataMessage;
declare const state: ConnectionState;
declare const error: SendMessageError;
declare const url: string;

describe("a message", () => {
  it("narrows its data on dataType", () => {
    if (groupMessage.dataType === "text") expect(groupMessage.data).type.toBe<string>();
    if (groupMessage.dataType === "json") expect(groupMessage.data).type.toBe<unknown>();
    if (groupMessage.dataType === "binary") expect(groupMessage.data).type.toBe<ArrayBuffer>();
    if (groupMessage.dataType === "protobuf") expect(groupMessage.data).type.toBe<ArrayBuffer>();
    expect(groupMessage.dataType).type.toBe<"text" | "json" | "binary" | "protobuf">();
  });

  it("narrows on kind: only a group message has a group and a sender", () => {
    if (anyMessage.kind === "groupData") {
      expect(anyMessage.group).type.toBe<string>();
      expect(anyMessage.fromUserId).type.toBe<string | undefined>();
    } else {
      expect(anyMessage).type.not.toHaveProperty("group");
      expect(anyMessage).type.not.toHaveProperty("fromUserId");
      expect(anyMessage).type.not.toHaveProperty("stream");
    }
    expect(anyMessage.sequenceId).type.toBe<number | undefined>();
    expect(anyMessage.metadata).type.toBe<Readonly<Record<string, string>> | undefined>();
  });

  it("is not to be changed, and its data not to be trusted unchecked", () => {
    // @ts-expect-error! Cannot assign to 'group' because it is a read-only property.
    groupMessage.group = "x";
    expect(groupMessage.data).type.toBe<unknown>();
  });
});

describe("the streams of a client", () => {
  it("say what they emit", () => {
    expect(client.state$).type.toBe<Observable<ConnectionState>>();
    expect(client.connected$).type.toBe<Observable<Connected>>();
    expect(client.recovered$).type.toBe<Observable<Recovered>>();
    expect(client.disconnected$).type.toBe<Observable<Disconnected>>();
    expect(client.gap$).type.toBe<Observable<Gap>>();
    expect(client.stopped$).type.toBe<Observable<Stopped>>();
    expect(client.rejoinGroupFailed$).type.toBe<Observable<RejoinGroupFailed>>();
    expect(client.acks$).type.toBe<Observable<AckMessage>>();
    expect(client.protocolErrors$).type.toBe<Observable<ProtocolError>>();
    expect(client.serverMessages$).type.toBe<Observable<ServerDataMessage>>();
    expect(client.groupMessages$).type.toBe<Observable<GroupDataMessage>>();
    expect(client.group("g")).type.toBe<WebPubSubGroup>();
    expect(client.group("g", { join: false }).messages$).type.toBe<Observable<GroupDataMessage>>();
    expect(client.group("g").joined$).type.toBe<Observable<Joined | null>>();
  });

  it("are no Subjects: nobody outside can emit", () => {
    type Streams = WebPubSubClient | WebPubSubGroup;
    type Leaking<T> = T extends unknown ? { [K in keyof T]: T[K] extends Subject<never> ? K : never }[keyof T] : never;
    expect<Leaking<Streams>>().type.toBe<never>();
    expect(client.state$).type.not.toHaveProperty("next");
    expect(client.groupMessages$).type.not.toHaveProperty("next");
    expect(client.group("g").joined$).type.not.toHaveProperty("next");
    // @ts-expect-error! Cannot assign to 'state$' because it is a read-only property.
    client.state$ = EMPTY;
  });
});

describe("state", () => {
  it("narrows on status", () => {
    if (state.status === "connected") {
      expect(state.connectionId).type.toBe<string>();
      expect(state.userId).type.toBe<string | undefined>();
      expect(state).type.not.toHaveProperty("cause");
    }
    if (state.status === "disconnected") expect(state.retryAt).type.toBe<number>();
    if (state.status === "recovering") {
      expect(state.retryAt).type.toBe<number | undefined>();
      expect(state.since).type.toBe<number>();
    }
    if (state.status === "stopped") {
      expect(state.reason).type.toBe<"initial" | "stop" | "idle" | "gaveUp" | "disposed">();
    }
    expect<ConnectionState & { status: "connecting" }>().type.not.toHaveProperty("connectionId");
  });
});

describe("commands", () => {
  it("are Observables of one result", () => {
    expect(client.sendToGroup("g", { a: 1 })).type.toBe<Observable<CommandResult>>();
    expect(client.sendEvent("e", "x", "text")).type.toBe<Observable<CommandResult>>();
    expect(client.joinGroup("g", { ackId: 1 })).type.toBe<Observable<CommandResult>>();
    expect(client.leaveGroup("g")).type.toBe<Observable<CommandResult>>();
    expect(client.group("g").send(new Uint8Array(1))).type.toBe<Observable<CommandResult>>();
    expect<CommandResult["ackId"]>().type.toBe<number | undefined>();
    expect<CommandResult["isDuplicated"]>().type.toBe<boolean>();
  });

  it("take what the design says, and nothing else", () => {
    expect(client.sendToGroup).type.toBeCallableWith("g", 0, "json", {
      noEcho: true,
      fireAndForget: false,
      ackId: 1,
      metadata: { a: "b" },
      ttlSeconds: 1,
      whenOffline: "drop",
    });
    expect(client.sendEvent).type.toBeCallableWith("e", undefined, undefined, { fireAndForget: true, ackId: 1 });
    expect(client.sendEvent).type.not.toBeCallableWith("e", "x", "text", { noEcho: true });
    expect(client.sendEvent).type.not.toBeCallableWith("e", "x", "text", { ttlSeconds: 1 });
    expect(client.sendToGroup).type.not.toBeCallableWith("g", "x", "xml");
    expect(client.sendToGroup).type.not.toBeCallableWith("g", "x", "text", { whenOffline: "wait" });
    expect(client.sendToGroup).type.not.toBeCallableWith("g", "x", "text", { metadata: { a: 1 } });
    expect(client.sendToGroup).type.not.toBeCallableWith("g");
    expect(client.joinGroup).type.not.toBeCallableWith("g", { fireAndForget: true });
    expect(client.group).type.not.toBeCallableWith(5);
  });

  it("fail with errors whose code is a literal to switch on", () => {
    expect(error.isRetriable).type.toBe<boolean>();
    expect(error.ackId).type.toBe<number | undefined>();
    expect(error.code === "Forbidden").type.toBe<boolean>();
    expect<ProtocolError["code"]>().type.toBe<"MalformedFrame">();
  });
});

describe("start, stop and the like", () => {
  it("are Promises", () => {
    expect(client.start()).type.toBe<Promise<SessionIdentity>>();
    expect(client.start({ signal: new AbortController().signal })).type.toBe<Promise<SessionIdentity>>();
    expect(client.start({ abortSignal: new AbortController().signal })).type.toBe<Promise<SessionIdentity>>();
    expect(client.reconnect({ newSession: true })).type.toBe<Promise<SessionIdentity>>();
    expect(client.stop()).type.toBe<Promise<void>>();
    expect(client.dispose()).type.toBe<Promise<void>>();
    expect(client[Symbol.asyncDispose]()).type.toBe<Promise<void>>();
  });
});

describe("access", () => {
  it("may be a URL, a function in any form of answer, or the official credential", () => {
    expect(url).type.toBeAssignableTo<ClientAccess>();
    expect(() => url).type.toBeAssignableTo<ClientAccess>();
    expect(() => of(url)).type.toBeAssignableTo<ClientAccess>();
    expect(() => Promise.resolve(url)).type.toBeAssignableTo<ClientAccess>();
    expect(async () => url).type.toBeAssignableTo<ClientAccess>();
    expect({ getClientAccessUrl: url }).type.toBeAssignableTo<ClientAccess>();
    expect({ getClientAccessUrl: async () => url }).type.toBeAssignableTo<ClientAccess>();
  });

  it("tells a function of the attempt, the cause and a signal that fetch takes", () => {
    new WebPubSubClient(({ attempt, cause, signal, abortSignal }) => {
      expect(attempt).type.toBe<number>();
      expect(cause?.phase).type.toBe<"access" | "open" | "handshake" | "live" | "recovery" | "stop" | undefined>();
      expect(signal).type.toBeAssignableTo<AbortSignal>();
      expect(abortSignal).type.toBeAssignableTo<AbortSignal>();
      return fetch(url, { signal }).then((response) => response.text());
    });
  });

  it("may not be anything else", () => {
    expect(5).type.not.toBeAssignableTo<ClientAccess>();
    expect(() => 5).type.not.toBeAssignableTo<ClientAccess>();
    expect(() => of(5)).type.not.toBeAssignableTo<ClientAccess>();
    expect({ url }).type.not.toBeAssignableTo<ClientAccess>();
    expect(WebPubSubClient).type.not.toBeConstructableWith();
  });
});

describe("options", () => {
  it("are all optional, and read-only", () => {
    expect({}).type.toBeAssignableTo<WebPubSubClientOptions>();
    const options: WebPubSubClientOptions = {};
    // @ts-expect-error! Cannot assign to 'autoReconnect' because it is a read-only property.
    options.autoReconnect = false;
  });

  it("take the values of the design, and nothing else", () => {
    const all: Required<Omit<WebPubSubClientOptions, "webSocketCtor">> = {
      protocol: "json.webpubsub.azure.v1",
      autoReconnect: true,
      autoRejoinGroups: true,
      reconnectRetryOptions: { maxRetries: 1, mode: "Fixed", jitter: "none", stableAfterInMs: 1 },
      messageRetryOptions: { maxRetries: 1, retryDelayInMs: 1, maxRetryDelayInMs: 1, mode: "Exponential" },
      shouldRetry: ({ phase, code }, attempt) => phase === "open" && code === 1006 && attempt < 3,
      keepAliveIntervalInMs: 1,
      keepAliveTimeoutInMs: 1,
      ackTimeoutInMs: 1,
      startTimeoutInMs: 1,
      recoveryTimeoutInMs: 1,
      proofOfLifeInMs: 1,
      whenOffline: "queue",
      maxQueuedSends: 1,
      idleCloseInMs: 1,
      leaveDelayInMs: 1,
      sequenceAck: { count: 1, bytes: 1, timeInMs: 1 },
      rejoinConcurrency: 1,
      scheduler: new VirtualTimeScheduler(),
      random: Math.random,
      wake$: EMPTY,
    };
    expect(all).type.toBeAssignableTo<WebPubSubClientOptions>();
    expect({ protocol: "mqtt" as const }).type.not.toBeAssignableTo<WebPubSubClientOptions>();
    expect({ whenOffline: "wait" as const }).type.not.toBeAssignableTo<WebPubSubClientOptions>();
    expect({ messageRetryOptions: { mode: "linear" as const } }).type.not.toBeAssignableTo<WebPubSubClientOptions>();
    expect(WebPubSubClient).type.not.toBeConstructableWith(url, { autoReconect: true });
    expect(WebPubSubClient).type.not.toBeConstructableWith(url, { messageRetryOptions: { stableAfterInMs: 1 } });
  });

  it("take every WebSocket class that there is", () => {
    expect(WebSocket).type.toBeAssignableTo<WebSocketConstructor>();
    expect(WsWebSocket).type.toBeAssignableTo<WebSocketConstructor>();
    expect(WebPubSubEmulator.inMemory().webSocketCtor).type.toBeAssignableTo<WebSocketConstructor>();
    expect(WebPubSubClient).type.toBeConstructableWith(url, { webSocketCtor: WebSocket });
    expect(WebPubSubClient).type.toBeConstructableWith(url, { webSocketCtor: WsWebSocket });
    expect(EventTarget).type.not.toBeAssignableTo<WebSocketConstructor>();
  });
});
