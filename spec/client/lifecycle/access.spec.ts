import { NEVER, Observable, of, type ObservableInput } from "rxjs";
import { ConnectionError, WebPubSubClient, type AccessContext, type ClientAccess } from "../../../lib/index.js";
import { unreachable } from "../../support/peers.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

const turns = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe("An access URL given as a string", () => {
  it.each([
    ["an empty one", ""],
    ["a blank one", "  "],
    ["one that is no URL", "somewhere"],
    ["an HTTP URL", "https://example.webpubsub.azure.com/client/hubs/chat?access_token=secret"],
    ["nothing", undefined],
    ["a number", 42],
    ["an object without getClientAccessUrl", {}],
    ["an object with a bad string", { getClientAccessUrl: "http://example.test" }],
  ])("throws at construction when it is %s, and says what was expected", (_what, access) => {
    let thrown: unknown;
    try {
      new WebPubSubClient(access as ClientAccess);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConnectionError);
    expect(thrown).toMatchObject({ code: "AccessFailed", phase: "access" });
    expect(String(thrown)).toMatch(/wss:\/\/.*function/);
    expect(String(thrown)).not.toContain("secret");
  });

  it("is taken as it is, with any host, path and scheme of WebSockets", () => {
    const service = new VirtualClients();
    service.next(unreachable);
    service.connected({}, "ws://localhost:1234/some/path?x=1&access_token=t");
    expect(service.urls).toEqual(["ws://localhost:1234/some/path?x=1&access_token=t"]);
  });
});

describe("An access URL provider", () => {
  it.each<readonly [string, (url: string) => ObservableInput<string>]>([
    ["an Observable", (url) => of(url)],
    ["an Observable of more than one value: the first counts", (url) => of(url, "wss://elsewhere.invalid")],
    ["an Observable that does not complete", (url) => new Observable((subscriber) => subscriber.next(url))],
    ["an iterable", (url) => [url]],
  ])("may give %s, synchronously", (_what, give) => {
    const service = new VirtualClients();
    const client = service.connected({}, () => give(service.url()));
    expect(client.state.status).toBe("connected");
  });

  it("may give a promise", async () => {
    const service = new VirtualClients();
    const client = service.connected({}, () => Promise.resolve(service.url()));
    expect(client.state.status).toBe("connecting");
    await turns();
    service.settle();
    expect(client.state.status).toBe("connected");
  });

  it("may give a stream that only has a reader", async () => {
    const service = new VirtualClients();
    const urls = [service.url()];
    const getReader = () => ({
      read: () => Promise.resolve(urls.length > 0 ? { done: false, value: urls.pop() } : { done: true }),
      releaseLock: () => undefined,
    });
    const client = service.connected({}, () => ({ getReader }) as unknown as ObservableInput<string>);
    await turns();
    service.settle();
    expect(client.state.status).toBe("connected");
  });

  it("may give a plain string", () => {
    const service = new VirtualClients();
    const client = service.connected({}, () => service.url());
    expect(client.state.status).toBe("connected");
  });

  it("may be an object with a string", () => {
    const service = new VirtualClients();
    const client = service.connected({}, { getClientAccessUrl: service.url() });
    expect(client.state.status).toBe("connected");
  });

  it("may be an object whose method uses `this`", () => {
    const service = new VirtualClients();
    class Credential {
      readonly #url = service.url();
      getClientAccessUrl(): Observable<string> {
        return of(this.#url);
      }
    }
    const client = service.connected({}, new Credential());
    expect(client.state.status).toBe("connected");
  });

  it("is not called before the client is started", () => {
    let calls = 0;
    new VirtualClients().client({}, () => {
      calls++;
      return NEVER;
    });
    expect(calls).toBe(0);
  });

  it("is called once per attempt at a new session, with its number and cause, and never for a recovery", () => {
    const service = new VirtualClients();
    const calls: AccessContext[] = [];
    const client = service.client({}, (context) => {
      calls.push(context);
      return of(service.url());
    });
    service.next(unreachable, unreachable);
    void client.start();
    service.advance(30_000);
    const told = calls.map(({ attempt, cause }) => `${attempt} ${cause?.phase}`);
    expect(told).toEqual(["1 undefined", "2 open", "3 open"]);

    calls.length = 0;
    service.next(unreachable);
    service.emulator.faults.drop(connectionIdOf(client));
    service.advance(30_000);
    expect(calls).toEqual([]);

    service.emulator.faults.close(connectionIdOf(client), 1008);
    service.advance(30_000);
    expect(calls).toMatchObject([{ attempt: 1, cause: { phase: "live", code: 1008 } }]);
  });

  it("is asked again for reconnect({ newSession: true }) and for a new start()", () => {
    const service = new VirtualClients();
    let calls = 0;
    const client = service.connected({}, () => {
      calls++;
      return of(service.url());
    });
    void client.reconnect({ newSession: true });
    service.settle();
    expect(calls).toBe(2);
    void client.stop();
    void client.start();
    service.settle();
    expect(calls).toBe(3);
  });

  it("has each URL used once: three attempts, three URLs", () => {
    const service = new VirtualClients();
    service.next(unreachable, unreachable, unreachable);
    let n = 0;
    service.connected({}, () => of(`wss://example.test/${++n}`));
    service.advance(2_500);
    expect(service.urls.slice(0, 3)).toEqual([1, 2, 3].map((i) => `wss://example.test/${i}`));
  });

  it.each([
    ["the client is stopped", (client: WebPubSubClient) => void client.stop()],
    ["the client is disposed", (client: WebPubSubClient) => void client.dispose()],
    ["the session is to be another", (client: WebPubSubClient) => void client.reconnect({ newSession: true })],
  ])("is told by its signal, under both names, when %s, and unsubscribed", (_what, end) => {
    const service = new VirtualClients();
    const calls: AccessContext[] = [];
    let unsubscribed = 0;
    const client = service.connected({}, (context) => {
      calls.push(context);
      return new Observable<string>(() => () => unsubscribed++);
    });
    const [call] = calls;
    expect(call?.signal).toBe(call?.abortSignal);
    expect(call?.signal.aborted).toBe(false);
    end(client);
    expect(call?.signal.aborted).toBe(true);
    expect(unsubscribed).toBe(1);
  });

  it("is told by its signal when startTimeoutInMs is over", () => {
    const service = new VirtualClients();
    const signals: AbortSignal[] = [];
    service.connected({ startTimeoutInMs: 5_000 }, ({ signal }) => {
      signals.push(signal);
      return NEVER;
    });
    service.advance(4_999);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    service.advance(1);
    expect(signals[0]?.aborted).toBe(true);
  });

  it("is not told anything once it has answered", () => {
    const service = new VirtualClients();
    const signals: AbortSignal[] = [];
    const client = service.connected({}, ({ signal }) => {
      signals.push(signal);
      return of(service.url());
    });
    void client.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it("that answers too late opens nothing", async () => {
    const service = new VirtualClients();
    const answers: ((url: string) => void)[] = [];
    const client = service.connected({}, () => new Promise<string>((resolve) => answers.push(resolve)));
    void client.reconnect({ newSession: true });
    service.settle();
    answers[0]?.(service.url({ userId: "late" }));
    answers[1]?.(service.url({ userId: "in time" }));
    await turns();
    service.settle();
    expect(client.state).toMatchObject({ userId: "in time" });
    void client.stop();
    void client.start();
    service.settle();
    void client.stop();
    answers[2]?.(service.url());
    await turns();
    service.settle();
    expect(service.sockets).toHaveLength(1);
  });
});

describe("The URL of a recovery", () => {
  it("is the session's own with its id and token, and without the access token", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const id = connectionIdOf(client);
    service.emulator.faults.drop(id);
    service.settle();
    const [first, second] = service.urls.map((url) => new URL(url));
    expect(second?.pathname).toBe(first?.pathname);
    expect(second?.searchParams.get("awps_connection_id")).toBe(id);
    expect(second?.searchParams.get("awps_reconnection_token")).toEqual(expect.stringMatching(/.+/));
    expect(second?.searchParams.has("access_token")).toBe(false);
  });

  it("has the newest token that the service gave", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const tokens: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      service.advance(1_000);
      const frame = service.socket.received.find(({ event }) => event === "connected");
      tokens.push(frame?.["reconnectionToken"]);
      service.emulator.faults.drop(connectionIdOf(client));
      service.settle();
    }
    expect(service.urls.slice(1).map((url) => new URL(url).searchParams.get("awps_reconnection_token"))).toEqual(
      tokens,
    );
  });
});
