import { VirtualTimeScheduler, type SchedulerAction, type SchedulerLike } from "rxjs";
import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";

/** Beyond this a timer of the platform fires at once. */
const LONGEST = 2 ** 31 - 1;
const NEVER = 1e12;

it("times that are meant as never start no timer that the platform would let fire at once", () => {
  const time = new VirtualTimeScheduler();
  const delays: number[] = [];
  const scheduler: SchedulerLike = {
    now: () => time.now(),
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) => {
      delays.push(delay);
      return time.schedule(work, delay, state);
    },
  };
  const stage = new ScriptedStage({
    scheduler,
    keepAliveIntervalInMs: NEVER,
    keepAliveTimeoutInMs: NEVER,
    proofOfLifeInMs: NEVER,
    ackTimeoutInMs: NEVER,
    startTimeoutInMs: NEVER,
    recoveryTimeoutInMs: NEVER,
    idleCloseInMs: NEVER,
    leaveDelayInMs: NEVER,
    sequenceAck: { timeInMs: NEVER },
    reconnectRetryOptions: { retryDelayInMs: NEVER, stableAfterInMs: NEVER },
  });
  const { client } = stage;
  const join = record(client.joinGroup("g"));
  const messages = record(client.group("observed").messages$);
  stage.socket.open();
  stage.socket.connected();
  stage.socket.receive({ type: "message", from: "server", dataType: "text", data: "", sequenceId: 1 });
  const send = record(client.sendToGroup("g", 1));
  messages.unsubscribe();
  void client.reconnect(); // asks for proof of life
  expect(stage.socket.framesOf("ping")).toHaveLength(1);
  stage.socket.end();
  time.maxFrames = 60_000;
  time.flush();
  expect(Math.max(...delays)).toBeLessThanOrEqual(LONGEST);
  expect(stage.socket.framesOf("ping").length).toBeLessThan(3);
  expect([join, send].map(outcomeOf)).toEqual(["pending", "pending"]);
});
