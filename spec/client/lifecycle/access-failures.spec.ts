import { Observable, of, Subject } from "rxjs";
import type { ClientAccess, ConnectionError } from "../../../lib/index.js";
import { VirtualClients } from "../../support/virtual-clients.js";

describe("An access URL provider that fails", () => {
  it.each<readonly [string, () => unknown]>([
    ["completes without a value", () => []],
    ["gives an empty string", () => [""]],
    ["gives no string", () => of(42)],
    ["gives an HTTP URL", () => of("https://example.test/?access_token=secret")],
    ["gives what is no URL", () => of("<html>")],
    ["gives a URL with a fragment", () => of("wss://example.test/?access_token=secret#top")],
    ["gives nothing", () => undefined],
    ["gives a number", () => 42],
    ["gives an object, as many endpoints do", () => ({ url: "wss://example.test/?access_token=secret" })],
  ])("for good, as it %s: the client gives up at once and says what was expected", (_what, give) => {
    const service = new VirtualClients();
    const client = service.client({}, give as unknown as ClientAccess);
    const errors: unknown[] = [];
    client.stopped$.subscribe(({ error }) => errors.push(error));
    void client.start();
    service.advance(60_000);
    expect(client.state).toMatchObject({ status: "stopped", reason: "gaveUp", cause: { phase: "access" } });
    const [error] = errors;
    expect(error).toMatchObject({ code: "GaveUp", phase: "access", cause: { code: "AccessFailed", phase: "access" } });
    expect(String(error)).toContain("must be a ws: or wss: URL");
    expect(String(error)).not.toContain("secret");
  });

  it.each<readonly [string, (error: unknown) => unknown]>([
    [
      "throws",
      (error) => {
        throw error;
      },
    ],
    ["errors", (error) => new Observable((subscriber) => subscriber.error(error))],
  ])("for now, as it %s: the client waits and asks again, and the error is the cause's", (_what, fail) => {
    const service = new VirtualClients();
    const broken = new Error("the backend is down");
    let calls = 0;
    const client = service.client({}, (() => (calls++ === 0 ? fail(broken) : of(service.url()))) as ClientAccess);
    void client.start();
    service.settle();
    expect(client.state).toMatchObject({ status: "disconnected", attempt: 2, cause: { phase: "access" } });
    const { cause } = client.state as { readonly cause: { readonly error: ConnectionError } };
    expect(cause.error).toMatchObject({ code: "AccessFailed", isRetriable: true, cause: broken });
    expect(cause.error.message).toContain("the backend is down");
    service.advance(1_000);
    expect(client.state.status).toBe("connected");
  });

  it("by a promise that rejects is asked again", async () => {
    const service = new VirtualClients();
    let calls = 0;
    const client = service.connected({}, () => (calls++ === 0 ? Promise.reject(new Error("down")) : of(service.url())));
    // More turns than the promise takes.
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(client.state).toMatchObject({ status: "disconnected", cause: { phase: "access" } });
    service.advance(1_000);
    expect(client.state.status).toBe("connected");
  });

  it.each([
    [401, "gaveUp"],
    [403, "gaveUp"],
    [404, undefined],
    [500, undefined],
    [503, undefined],
  ])("with status %d: gives up if that denies access (%s)", (status, reason) => {
    const service = new VirtualClients();
    const failure$ = new Subject<string>();
    const client = service.connected({}, () => failure$);
    failure$.error(Object.assign(new Error("no"), { status }));
    if (reason === undefined) expect(client.state.status).toBe("disconnected");
    else expect(client.state).toMatchObject({ status: "stopped", reason });
  });
});
