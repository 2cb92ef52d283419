import { AzureLogger, setLogLevel } from "@azure/logger";
import { throwError } from "rxjs";
import { recordLog } from "../../support/log.js";
import { record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualClients } from "../../support/virtual-clients.js";

describe("AZURE_LOG_LEVEL=info", () => {
  const lines = recordLog("info");

  it("tells why a client is not connected, in the words of what failed", () => {
    const service = new VirtualClients();
    void service.client({}, () => throwError(() => new Error("negotiate answered 500: database is down"))).start();
    service.settle();
    expect(lines.at(-1)).toMatch(/:info failed: \{"status":"disconnected".*negotiate answered 500: database is down/);
  });

  it("tells as a warning that a client gave up, and why", () => {
    const service = new VirtualClients();
    void service.client({ shouldRetry: () => false }, () => throwError(() => new Error("down"))).start();
    service.settle();
    expect(lines.at(-1)).toMatch(/:warning gaveUp: \{"status":"stopped","reason":"gaveUp".*down/);
  });
});

describe("AZURE_LOG_LEVEL=verbose", () => {
  const lines = recordLog("verbose");

  it("tells of each socket that is opened, without its token, and how it is closed", () => {
    const stage = ScriptedStage.connected();
    stage.socket.end(1012, { reason: "restarting" });
    expect(lines).toEqual(
      expect.arrayContaining([
        "azure:rx-webpubsub:verbose opening wss://example.test/client/hubs/chat?access_token=***",
        "azure:rx-webpubsub:verbose closed: 1012 restarting",
      ]),
    );
  });
});

describe("A log", () => {
  const { log } = AzureLogger;
  const bare = Object.create(null) as object;
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  beforeEach(() => setLogLevel("verbose"));
  afterEach(() => {
    AzureLogger.log = log;
    setLogLevel(undefined);
  });

  it("that throws harms nobody", () => {
    AzureLogger.log = () => {
      throw new Error("the log is full");
    };
    const stage = ScriptedStage.connected();
    expect(stage.client.state.status).toBe("connected");
    stage.socket.end(1006);
    expect(stage.client.state.status).toBe("recovering");
  });

  it.each([circular, bare])("of what has no text harms nobody", (thrown) => {
    AzureLogger.log = () => undefined;
    const service = new VirtualClients();
    const client = service.client({ reconnectRetryOptions: { maxRetries: 1 } }, () => throwError(() => thrown));
    const stopped = record(client.stopped$);
    void client.start();
    service.settle();
    expect(client.state.status).toBe("disconnected");
    service.advance(2_000);
    expect(stopped.values).toHaveLength(1);
  });

  it.each([circular, bare])("of a judge that throws what has no text harms nobody", (thrown) => {
    AzureLogger.log = () => undefined;
    const service = new VirtualClients();
    const shouldRetry = () => {
      throw thrown as Error;
    };
    const client = service.client({ shouldRetry }, () => throwError(() => new Error("down")));
    void client.start();
    service.settle();
    expect(client.state).toMatchObject({ status: "stopped", reason: "gaveUp" });
  });
});
