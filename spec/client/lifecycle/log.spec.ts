import { throwError } from "rxjs";
import { recordLog } from "../../support/log.js";
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
