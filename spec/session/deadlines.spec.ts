import { VirtualTimeScheduler } from "rxjs";
import { Deadlines, type Due } from "../../lib/session/deadlines.js";

interface Item extends Due {
  readonly name: string;
}

/** Deadlines of 100 ms unless told, and what came due when. */
function setUp(onDue: (name: string, set: (name: string) => void) => void = () => undefined, timeInMs = 100) {
  const scheduler = new VirtualTimeScheduler();
  const due: string[] = [];
  const deadlines = new Deadlines<string, Item>(timeInMs, scheduler, {
    overdue: ({ name }) => {
      due.push(`${scheduler.now()} ${name}`);
      onDue(name, set);
    },
  });
  const set = (name: string) => deadlines.set(name, { name, dueAt: Infinity });
  const names = () => [...deadlines].map(({ name }) => name);
  const at = (time: number, action: () => void) => scheduler.schedule(action, time);
  return { scheduler, deadlines, set, names, due, at };
}

describe("Deadlines of many items", () => {
  it("come each after its own time, in order", () => {
    const { scheduler, set, due, at } = setUp();
    set("a");
    at(30, () => set("b"));
    at(30, () => set("c"));
    at(250, () => set("d"));
    scheduler.flush();
    expect(due).toEqual(["100 a", "130 b", "130 c", "350 d"]);
  });

  it("do not come for an item that was settled before", () => {
    const { scheduler, deadlines, set, due, at } = setUp();
    set("a");
    set("b");
    at(50, () => deadlines.delete("a"));
    scheduler.flush();
    expect(due).toEqual(["100 b"]);
  });

  it("begin anew for an item that is set again", () => {
    const { scheduler, set, due, at } = setUp();
    set("a");
    set("b");
    at(60, () => set("a"));
    scheduler.flush();
    expect(due).toEqual(["100 b", "160 a"]);
  });

  it("take one timer however many items wait, and none when nothing waits", () => {
    const { scheduler, deadlines, set } = setUp();
    for (let i = 0; i < 1_000; i++) set(`item ${i}`);
    expect(scheduler.actions).toHaveLength(1);
    for (let i = 0; i < 1_000; i++) deadlines.delete(`item ${i}`);
    expect(scheduler.actions).toHaveLength(0);
  });

  it("keep the timer for the next item when one is settled, and that one still gets its whole time", () => {
    const { scheduler, deadlines, set, due, at } = setUp();
    set("a");
    deadlines.settle("a");
    expect(scheduler.actions).toHaveLength(1);
    at(60, () => set("b"));
    scheduler.flush();
    expect(due).toEqual(["160 b"]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it("can be looked at in the order set", () => {
    const { deadlines, set, names } = setUp();
    expect([names(), deadlines.size, deadlines.get("a")]).toEqual([[], 0, undefined]);
    for (const item of ["a", "b", "a"]) set(item);
    expect([names(), deadlines.size, deadlines.get("a")?.name]).toEqual([["b", "a"], 2, "a"]);
  });

  it("are forgotten all at once", () => {
    const { scheduler, deadlines, set, due } = setUp();
    set("a");
    set("b");
    deadlines.clear();
    expect(scheduler.actions).toHaveLength(0);
    scheduler.flush();
    expect(due).toEqual([]);
  });

  it("may be stopped, and begin anew for what is set again", () => {
    const { scheduler, deadlines, set, names, due, at } = setUp();
    set("a");
    at(50, () => deadlines.stop());
    at(200, () => deadlines.add("b", { name: "b", dueAt: Infinity }));
    at(300, () => expect(names()).toEqual(["a", "b"]));
    at(300, () => ["a", "b"].forEach(set));
    scheduler.flush();
    expect(due).toEqual(["400 a", "400 b"]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it("may be set again while one comes due, and still come once each", () => {
    let again = 3;
    const { scheduler, set, due, at } = setUp((item, set) => {
      if (again-- > 0) set(item);
    });
    set("a");
    at(40, () => set("b"));
    scheduler.flush();
    expect(due).toEqual(["100 a", "140 b", "200 a", "240 b", "300 a"]);
  });

  it("do not come for an item that another's end has taken off", () => {
    const { scheduler, deadlines, set, due } = setUp((name) => {
      if (name === "a") deadlines.delete("b");
    });
    for (const name of ["a", "b", "c"]) set(name);
    scheduler.flush();
    expect(due).toEqual(["100 a", "100 c"]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it("do not come any more when one's end has stopped them", () => {
    const { scheduler, deadlines, set, due, at } = setUp((name) => {
      if (name === "a") deadlines.stop();
    });
    set("a");
    set("b");
    at(30, () => set("c"));
    scheduler.flush();
    expect(due).toEqual(["100 a"]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it("of no time at all let others have their turn when one is set again and again", () => {
    let again = 1_000;
    const { scheduler, set, due, at } = setUp((name) => {
      if (again-- > 0) set(name);
    }, 0);
    set("a");
    at(0, () => due.push("another"));
    scheduler.flush();
    expect(due.slice(0, 3)).toEqual(["0 a", "another", "0 a"]);
    expect(due).toHaveLength(1_002);
  });

  it("keep one timer when one is set while another comes due", () => {
    const { scheduler, set, at } = setUp((item, set) => {
      if (item === "a") set("c");
    });
    set("a");
    at(40, () => set("b"));
    at(110, () => expect(scheduler.actions).toHaveLength(1));
    scheduler.flush();
  });

  it("come within twice their time when the clock is set back", () => {
    const { scheduler, set, due, at } = setUp();
    set("a");
    at(50, () => set("b"));
    // From 60 on a clock an hour behind.
    const now = () => (scheduler.frame < 60 ? scheduler.frame : scheduler.frame - 3_600_000);
    jest.spyOn(scheduler, "now").mockImplementation(now);
    scheduler.maxFrames = 10_000;
    scheduler.flush();
    expect(due.map((line) => line.split(" ")[1])).toEqual(["a", "b"]);
    expect(scheduler.actions).toEqual([]);
  });
});
