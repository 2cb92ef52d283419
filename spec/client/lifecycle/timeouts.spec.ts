import { NEVER, of } from "rxjs";
import type { ClientAccess, SendMessageError, TimeoutError } from "../../../lib/index.js";
import { historyOf, untimed } from "../../support/history.js";
import { hung, silent, welcoming } from "../../support/peers.js";
import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

describe("An attempt that gets no answer", () => {
  it.each<readonly [string, string, (service: VirtualClients) => ClientAccess]>([
    [
      "access",
      "the provider never answers",
      (service) => {
        let calls = 0;
        return () => (calls++ === 0 ? NEVER : of(service.url()));
      },
    ],
    [
      "open",
      "the upgrade is never answered",
      (service) => {
        service.next(hung);
        return service.url();
      },
    ],
    [
      "handshake",
      "the service never shakes hands",
      (service) => {
        service.next(silent);
        return service.url();
      },
    ],
  ])("is given up after 30 s in the phase %s: %s", (phase, _why, arrange) => {
    const service = new VirtualClients();
    const client = service.connected({}, arrange(service));
    service.advance(29_999);
    expect(client.state).toEqual({ status: "connecting", attempt: 1 });
    service.advance(1);
    expect(client.state).toMatchObject({ status: "disconnected", attempt: 2, cause: { phase } });
    const { error } = (client.state as { readonly cause: { readonly error: TimeoutError } }).cause;
    expect(error).toMatchObject({ name: "TimeoutError", code: "StartTimeout", option: "startTimeoutInMs" });
    expect(error.message).toContain(phase);
    expect(service.openSockets).toBe(0);
    service.advance(500);
    expect(client.state.status).toBe("connected");
  });

  it("has startTimeoutInMs for access URL, open and handshake together", () => {
    const service = new VirtualClients();
    service.next((socket) => service.scheduler.schedule(() => socket.open(), 3_000));
    const client = service.connected({ startTimeoutInMs: 5_000 });
    service.advance(4_999);
    expect(client.state.status).toBe("connecting");
    service.advance(1);
    expect(client.state).toMatchObject({ status: "disconnected", cause: { phase: "handshake" } });
  });

  it("has it afresh the next time", () => {
    const service = new VirtualClients();
    service.next(hung, hung);
    const client = service.connected({ startTimeoutInMs: 5_000, random: () => 0 });
    service.advance(9_999);
    expect(client.state).toMatchObject({ status: "connecting", attempt: 2 });
    service.advance(1);
    expect(service.sockets).toHaveLength(3);
  });

  it("is not given up for joins that are slow", () => {
    const service = new VirtualClients();
    service.next(welcoming("A"));
    const client = service.client({ startTimeoutInMs: 1_000 });
    client.group("room").messages$.subscribe();
    service.advance(60_000);
    expect(service.sockets).toHaveLength(1);
    expect(client.state.status).toBe("connected");
  });

  it("of a recovery is given up after startTimeoutInMs too, and tried again", () => {
    const service = new VirtualClients();
    const client = service.connected({ startTimeoutInMs: 5_000 });
    const id = connectionIdOf(client);
    service.next(hung);
    service.emulator.faults.drop(id);
    service.advance(4_999);
    expect(client.state).toMatchObject({ status: "recovering", attempt: 1 });
    service.advance(1);
    expect(client.state).toMatchObject({ status: "recovering", attempt: 2, retryAt: 5_050 });
    expect(service.openSockets).toBe(0);
    service.advance(50);
    expect(client.state).toEqual({ status: "connected", connectionId: id });
  });

  it("of a recovery ends with recoveryTimeoutInMs at the latest, which runs from the loss", () => {
    const service = new VirtualClients();
    const client = service.connected({ recoveryTimeoutInMs: 10_000, startTimeoutInMs: 60_000 });
    const history = historyOf(client, service.scheduler);
    history.take();
    const sent = record(client.sendEvent("slow", 1));
    service.next(hung);
    service.emulator.faults.drop(connectionIdOf(client));
    service.advance(9_999);
    expect(untimed(history.take())).toEqual(["state$ recovering A 1 (live 1006)"]);
    service.advance(1);
    expect(untimed(history.lines)).toEqual([
      "state$ disconnected 2 at 10500 (live 1006)",
      "disconnected$ A (live 1006)",
    ]);
    expect(service.openSockets).toBe(0);
    const { cause } = outcomeOf(sent) as SendMessageError;
    expect(String(cause)).toContain('after 10000 ms in phase "recovery" (recoveryTimeoutInMs)');
  });

  it("makes no attempt at a recovery with recoveryTimeoutInMs 0", () => {
    const service = new VirtualClients();
    const client = service.connected({ recoveryTimeoutInMs: 0 });
    service.emulator.faults.drop(connectionIdOf(client));
    service.advance(2_000);
    expect(service.recoveries).toEqual([undefined, undefined]);
  });

  it.each(["recoveryTimeoutInMs", "startTimeoutInMs"] as const)(
    "%s bounds a link too that opened and is silent",
    (option) => {
      const stage = ScriptedStage.connected({ [option]: 1_000 });
      const recovered = record(stage.client.recovered$);
      stage.socket.end(1006);
      stage.advance(0);
      const { socket } = stage;
      socket.open();
      stage.advance(1_000);
      expect(socket.readyState).toBe(3);
      expect(stage.client.state).not.toMatchObject({ status: "recovering", attempt: 1 });
      expect(recovered.values).toEqual([]);
    },
  );
});
