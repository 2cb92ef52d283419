import fc from "fast-check";
import { NEVER, Observable, of } from "rxjs";
import { legalTransitions } from "../../support/legal-transitions.js";
import type { AccessContext, ConnectionState, WebPubSubClient } from "../../../lib/index.js";
import { historyOf, untimed } from "../../support/history.js";
import { unreachable } from "../../support/peers.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

const ignore = { error: () => undefined };

/** What a subscriber may do with the client inside of an emission. */
const acts = {
  nothing: () => undefined,
  start: (client: WebPubSubClient) => void client.start(),
  stop: (client: WebPubSubClient) => void client.stop(),
  reconnect: (client: WebPubSubClient) => void client.reconnect(),
  "new session": (client: WebPubSubClient) => void client.reconnect({ newSession: true }),
  subscribe: (client: WebPubSubClient) => void client.group("inside").messages$.subscribe(ignore),
  "come and go": (client: WebPubSubClient) => {
    client.group("brief").messages$.subscribe(ignore).unsubscribe();
  },
  send: (client: WebPubSubClient) => void client.sendToGroup("inside", 1).subscribe(ignore),
  join: (client: WebPubSubClient) => void client.joinGroup("claimed").subscribe(ignore),
} as const;
type Act = keyof typeof acts;

/** What happens to the client meanwhile. */
const happenings = {
  "a message": (service: VirtualClients) => service.hub.sendToAll("hello"),
  "a drop": (service: VirtualClients) => {
    for (const { connectionId } of service.hub.connections) service.emulator.faults.drop(connectionId);
  },
  "an end": (service: VirtualClients) => {
    for (const { connectionId } of service.hub.connections) service.emulator.faults.close(connectionId, 1008);
  },
  "a goodbye": (service: VirtualClients) => {
    for (const { connectionId } of service.hub.connections) service.hub.closeConnection(connectionId);
  },
  "nobody there": (service: VirtualClients) => service.next(unreachable, unreachable),
  "a moment": (service: VirtualClients) => service.advance(60),
  "a while": (service: VirtualClients) => service.advance(3_000),
} as const;
type Happening = keyof typeof happenings;

const keysOf = <T extends string>(record: Readonly<Record<T, unknown>>): T[] => Object.keys(record) as T[];

describe("Whatever subscribers do inside of emissions, and whatever happens", () => {
  const script = fc.record({
    acts: fc.array(fc.constantFrom(...keysOf<Act>(acts)), { minLength: 1, maxLength: 12 }),
    happenings: fc.array(fc.constantFrom(...keysOf<Happening>(happenings)), {
      minLength: 1,
      maxLength: 20,
    }),
  });

  /** Plays a script: one subscriber before and one after the one that acts, each with its history. */
  function play({ acts: script, happenings: course }: { acts: readonly Act[]; happenings: readonly Happening[] }) {
    const service = new VirtualClients();
    const client = service.client({ leaveDelayInMs: 20, idleCloseInMs: 100 });
    const todo = [...script];
    const act = () => acts[todo.shift() ?? "nothing"](client);
    const before = historyOf(client, service.scheduler);
    before.of("messages$", client.serverMessages$, ({ data }) => String(data));
    const { state$, connected$, recovered$, disconnected$, gap$, stopped$, acks$, serverMessages$ } = client;
    const told$: Observable<unknown>[] = [state$, connected$, recovered$, disconnected$, gap$, stopped$, acks$];
    for (const source of [...told$, serverMessages$]) source.subscribe(act);
    const after = historyOf(client, service.scheduler);
    after.of("messages$", client.serverMessages$, ({ data }) => String(data));
    for (const happening of course) {
      happenings[happening](service);
      service.settle();
    }
    todo.length = 0;
    const futile = 2 * course.filter((happening) => happening === "nobody there").length;
    return { service, client, before, after, futile };
  }

  const always = (check: (played: ReturnType<typeof play>) => void) => {
    fc.assert(
      fc.property(script, (one) => {
        check(play(one));
      }),
      { numRuns: 100, examples: [[stoppedInsideAnAttempt]] },
    );
  };

  /** Of two failed attempts, the second is stopped and started anew by who is told that it begins. */
  const stoppedInsideAnAttempt: { acts: Act[]; happenings: Happening[] } = {
    acts: ["new session", "nothing", "stop", "start"],
    happenings: ["nobody there", "a while"],
  };

  it("all subscribers see one history", () => {
    always(({ before, after }) => {
      // Who came later has the same, but for the time before.
      const common = after.lines.slice(1);
      expect(before.lines.slice(before.lines.length - common.length)).toEqual(common);
    });
  });

  it("states follow one another as they may, never the same twice", () => {
    // What the public sees: joining is still connecting, so a loss there may show as disconnected.
    const legal: Record<ConnectionState["status"], readonly string[]> = legalTransitions;
    always(({ before }) => {
      const states = untimed(before.lines)
        .filter((line) => line.startsWith("state$"))
        .map((line) => line.slice("state$ ".length));
      states.slice(1).forEach((state, i) => {
        const previous = states[i] ?? "";
        expect(state).not.toBe(previous);
        const [from = "", to = ""] = [previous, state].map((text) => text.split(" ")[0] ?? "");
        const allowed = [...legal[from as ConnectionState["status"]], ...(from === "connecting" ? ["connected"] : [])];
        expect(allowed).toContain(to);
      });
    });
  });

  it("there are never two sockets at once, and none is left in the end, nor a timer", () => {
    always(({ service, client }) => {
      void client.dispose();
      service.advance(31_000);
      expect(service.mostSocketsAtOnce).toBeLessThanOrEqual(1);
      expect(service.openSockets).toBe(0);
      expect(service.pendingActions).toBe(0);
    });
  });

  it("a client that is wanted is connected in the end", () => {
    always(({ service, client, futile }) => {
      void client.start();
      // Longer than the futile attempts that a script has brought, each after a wait of 30 s at most.
      service.advance(120_000 + futile * 31_000);
      expect(client.state.status).toBe("connected");
    });
  });
});

describe("state$ and state", () => {
  it("give a late subscriber the last state told, and whoever asks the newest", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const replayed: string[] = [];
    const asked: string[] = [];
    client.serverMessages$.subscribe(() => {
      void client.stop();
      asked.push(client.state.status);
      client.state$.subscribe(({ status }) => replayed.push(status)).unsubscribe();
    });
    service.hub.sendToAll(1);
    service.settle();
    expect(asked).toEqual(["stopped"]);
    expect(replayed).toEqual(["connected"]);
    client.state$.subscribe(({ status }) => replayed.push(status));
    expect(replayed).toEqual(["connected", "stopped"]);
  });

  it("replay to every subscriber, synchronously", () => {
    const service = new VirtualClients();
    const client = service.connected();
    for (let i = 0; i < 2; i++) {
      const seen: ConnectionState[] = [];
      client.state$.subscribe((state) => seen.push(state));
      expect(seen).toEqual([client.state]);
    }
  });
});

describe("A value that is being delivered when the client is stopped", () => {
  it("still reaches the remaining subscribers, and what is queued behind it is discarded", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const seen: unknown[] = [];
    client.serverMessages$.subscribe(({ data }) => data === 2 && void client.stop());
    client.serverMessages$.subscribe(({ data }) => seen.push(data));
    for (const data of [1, 2, 3, 4]) service.hub.sendToAll(data);
    service.advance(1_000);
    expect(seen).toEqual([1, 2]);
  });

  it("in a session that follows at once is not mixed with the old one's messages", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const seen: unknown[] = [];
    const ids: string[] = [];
    client.connected$.subscribe(({ connectionId }) => ids.push(connectionId));
    client.serverMessages$.subscribe(({ data }) => {
      seen.push(data);
      if (data === "first") void client.reconnect({ newSession: true });
    });
    const old = connectionIdOf(client);
    service.hub.sendToConnection(old, "first");
    service.hub.sendToConnection(old, "second");
    service.settle();
    service.hub.sendToAll("third");
    service.settle();
    expect(seen).toEqual(["first", "third"]);
    expect(ids).toEqual([connectionIdOf(client)]);
  });
});

describe("Who is told of a recovery, and ends the session in that very moment", () => {
  const ends: Readonly<Record<string, (client: WebPubSubClient) => void>> = {
    "stop()": (client) => void client.stop(),
    "stop() and start()": (client) => {
      void client.stop();
      void client.start();
    },
    "reconnect({ newSession: true })": (client) => void client.reconnect({ newSession: true }),
  };
  const cases = Object.entries(ends).flatMap(([name, end]) =>
    (["state$", "recovered$"] as const).flatMap((stream) => [1, 2].map((id) => [name, stream, id, end] as const)),
  );

  it.each(cases)(
    "by %s inside %s: the frame that proved it, with id %i, is not delivered",
    (_name, stream, id, end) => {
      const stage = ScriptedStage.connected();
      const { client } = stage;
      const received: unknown[] = [];
      client.serverMessages$.subscribe(({ data }) => received.push(data));
      const message = (sequenceId: number) => ({
        type: "message",
        from: "server",
        dataType: "json",
        data: sequenceId,
        sequenceId,
      });
      stage.socket.receive(message(1));
      stage.socket.end(1006);
      stage.advance(0);
      const told$: Observable<object> = client[stream];
      told$.subscribe((told) => {
        if (!("status" in told) || told.status === "connected") end(client);
      });
      stage.socket.open();
      stage.socket.receive(message(id));
      expect(received).toEqual([1]);
    },
  );
});

it("state is one object for as long as it says the same, as snapshots must be", () => {
  const stage = new ScriptedStage();
  const { client } = stage;
  const told: ConnectionState[] = [];
  client.state$.subscribe((state) => {
    told.push(state);
    expect(client.state).toBe(state);
  });
  const states = [client.state, client.state];
  client.group("g").messages$.subscribe();
  stage.socket.open();
  stage.socket.connected();
  states.push(client.state);
  stage.socket.ack(1);
  states.push(client.state, client.state);
  expect(states.map((state) => told.indexOf(state))).toEqual([0, 0, 1, 2, 2]);
});

describe.each(["shouldRetry", "random"] as const)(
  "%s that calls the client, of which an attempt has failed",
  (name) => {
    it.each([
      ["stop() and start()", true],
      ["stop() and start()", false],
      ["reconnect({ newSession: true })", true],
      ["reconnect({ newSession: true })", false],
    ] as const)("with %s, and answers %j: the new run goes its own way", (act, answer) => {
      const service = new VirtualClients();
      service.next(unreachable);
      let asked = 0;
      const callBack = () => {
        if (asked++ > 0) return;
        if (act === "stop() and start()") {
          void client.stop();
          void client.start();
        } else {
          void client.reconnect({ newSession: true });
        }
      };
      const client: WebPubSubClient = service.client({
        shouldRetry: () => {
          if (name === "shouldRetry") callBack();
          return answer || name === "random";
        },
        random: () => {
          if (name === "random") callBack();
          return 0.5;
        },
      });
      void client.start();
      service.advance(100);
      expect(client.state.status).toBe("connected");
      expect(service.mostSocketsAtOnce).toBe(1);
    });
  },
);

describe("Whoever hears that a run has ended, of the access function's signal or as wake$, and calls the client", () => {
  const calls = {
    "start()": (client: WebPubSubClient) => void client.start(),
    "reconnect({ newSession: true })": (client: WebPubSubClient) => void client.reconnect({ newSession: true }),
  };
  const ends = {
    "stop()": (client: WebPubSubClient) => void client.stop(),
    "reconnect({ newSession: true })": (client: WebPubSubClient) => void client.reconnect({ newSession: true }),
  };
  const cases = keysOf(ends).flatMap((end) => keysOf(calls).map((call) => [end, call] as const));

  it.each(cases)("after %s: %s begins a run, over one socket", (end, call) => {
    for (const hears of ["signal", "wake$"]) {
      const service = new VirtualClients();
      let left = 1;
      const callBack = () => {
        if (left-- > 0) calls[call](client);
      };
      const access = ({ signal }: AccessContext) => {
        if (hears === "signal") signal.addEventListener("abort", callBack);
        return left > 0 ? NEVER : of(service.url());
      };
      const wake$ = new Observable(() => (hears === "wake$" ? callBack : undefined));
      const client = service.client({ wake$ }, access);
      void client.start();
      service.settle();
      ends[end](client);
      service.advance(2_000);
      expect(client.state.status).toBe("connected");
      expect(service.mostSocketsAtOnce).toBe(1);
    }
  });
});

describe("One message", () => {
  const MESSAGE = { type: "message", from: "group", group: "g", dataType: "text", data: "x", sequenceId: 1 };

  it("reaches all its subscribers before what one of them causes", () => {
    const stage = ScriptedStage.connected();
    const seen: string[] = [];
    const send = () =>
      stage.client.sendToGroup("x", 1, "json", { fireAndForget: true }).subscribe(() => seen.push("sent"));
    stage.client.groupMessages$.subscribe(() => seen.push("all"));
    stage.client.groupMessages$.subscribe(send);
    stage.client.group("g").messages$.subscribe(() => seen.push("group"));
    stage.client.group("g", { join: false }).messages$.subscribe(() => seen.push("watcher"));
    stage.socket.receive(MESSAGE);
    expect(seen).toEqual(["all", "group", "watcher", "sent"]);
  });

  it.each(["stop", "new session"] as const)(
    "reaches all its subscribers if one of them makes it the last: %s",
    (act) => {
      const stage = ScriptedStage.connected();
      const seen: string[] = [];
      const { client } = stage;
      client.group("g").messages$.subscribe(() => seen.push("group"));
      client.groupMessages$.subscribe(() => acts[act](client));
      client.group("g", { join: false }).messages$.subscribe(() => seen.push("watcher"));
      stage.socket.receive(MESSAGE);
      stage.socket.receive({ ...MESSAGE, sequenceId: 2 });
      expect(seen).toEqual(["group", "watcher"]);
    },
  );
});

it.each(["drop", "fail", "overflow"] as const)("what needs no wire is told in its turn as well: %s", (outcome) => {
  const stage = ScriptedStage.connected({ maxQueuedSends: 0 });
  const seen: string[] = [];
  const told = () => seen.push("told");
  stage.socket.end(1008);
  stage.client.state$.subscribe(({ status }) => {
    seen.push(`first ${status}`);
    if (status !== "connecting") return;
    stage.client
      .sendToGroup("g", 1, "json", { whenOffline: outcome === "overflow" ? "queue" : outcome })
      .subscribe({ complete: told, error: told });
  });
  stage.client.state$.subscribe(({ status }) => seen.push(`second ${status}`));
  stage.advance(500);
  expect(seen.slice(2)).toEqual(["first connecting", "second connecting", "told"]);
});
