import { VirtualTimeScheduler } from "rxjs";
import { Deadlines } from "../../lib/session/deadlines.js";

/** Deadlines of 100 ms, and what came due when. */
function setUp(onDue: (item: string, deadlines: Deadlines<string>) => void = () => undefined) {
  const scheduler = new VirtualTimeScheduler();
  const due: string[] = [];
  const deadlines = new Deadlines<string>(100, scheduler, (item) => {
    due.push(`${scheduler.now()} ${item}`);
    onDue(item, deadlines);
  });
  const at = (time: number, action: () => void) => scheduler.schedule(action, time);
  return { scheduler, deadlines, due, at };
}

describe("Deadlines of many items", () => {
  it("come each after its own time, in order", () => {
    const { scheduler, deadlines, due, at } = setUp();
    deadlines.set("a");
    at(30, () => deadlines.set("b"));
    at(30, () => deadlines.set("c"));
    at(250, () => deadlines.set("d"));
    scheduler.flush();
    expect(due).toEqual(["100 a", "130 b", "130 c", "350 d"]);
  });

  it("do not come for an item that was settled before", () => {
    const { scheduler, deadlines, due, at } = setUp();
    deadlines.set("a");
    deadlines.set("b");
    at(50, () => deadlines.delete("a"));
    scheduler.flush();
    expect(due).toEqual(["100 b"]);
  });

  it("begin anew for an item that is set again", () => {
    const { scheduler, deadlines, due, at } = setUp();
    deadlines.set("a");
    deadlines.set("b");
    at(60, () => deadlines.set("a"));
    scheduler.flush();
    expect(due).toEqual(["100 b", "160 a"]);
  });

  it("take one timer however many items wait, and none when nothing waits", () => {
    const { scheduler, deadlines } = setUp();
    for (let i = 0; i < 1_000; i++) deadlines.set(`item ${i}`);
    expect(scheduler.actions).toHaveLength(1);
    for (let i = 0; i < 1_000; i++) deadlines.delete(`item ${i}`);
    expect(scheduler.actions).toHaveLength(0);
  });

  it("keep the timer for the next item when one is settled, and that one still gets its whole time", () => {
    const { scheduler, deadlines, due, at } = setUp();
    deadlines.set("a");
    deadlines.settle("a");
    expect(scheduler.actions).toHaveLength(1);
    at(60, () => deadlines.set("b"));
    scheduler.flush();
    expect(due).toEqual(["160 b"]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it("can be looked at in the order set", () => {
    const { deadlines } = setUp();
    expect([[...deadlines], deadlines.size, deadlines.has("a")]).toEqual([[], 0, false]);
    for (const item of ["a", "b", "a"]) deadlines.set(item);
    expect([[...deadlines], deadlines.size, deadlines.has("a")]).toEqual([["b", "a"], 2, true]);
  });

  it("are forgotten all at once", () => {
    const { scheduler, deadlines, due } = setUp();
    deadlines.set("a");
    deadlines.set("b");
    deadlines.clear();
    expect(scheduler.actions).toHaveLength(0);
    scheduler.flush();
    expect(due).toEqual([]);
  });

  it("may be set again while one comes due, and still come once each", () => {
    let again = 3;
    const { scheduler, deadlines, due, at } = setUp((item, those) => {
      if (again-- > 0) those.set(item);
    });
    deadlines.set("a");
    at(40, () => deadlines.set("b"));
    scheduler.flush();
    expect(due).toEqual(["100 a", "140 b", "200 a", "240 b", "300 a"]);
  });

  it("keep one timer when one is set while another comes due", () => {
    const { scheduler, deadlines, at } = setUp((item, those) => {
      if (item === "a") those.set("c");
    });
    deadlines.set("a");
    at(40, () => deadlines.set("b"));
    at(110, () => expect(scheduler.actions).toHaveLength(1));
    scheduler.flush();
  });
});
