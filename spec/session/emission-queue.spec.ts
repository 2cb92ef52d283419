import { Subject, Subscription } from "rxjs";
import { EmissionQueue } from "../../lib/session/emission-queue.js";

const open = { closed: false };

describe("The emission queue", () => {
  it("runs a task at once when nothing is being emitted", () => {
    const done: string[] = [];
    new EmissionQueue().push(() => done.push("task"));
    expect(done).toEqual(["task"]);
  });

  it("runs what a task causes after it, in the order caused", () => {
    const queue = new EmissionQueue();
    const done: string[] = [];
    queue.push(() => {
      queue.push(() => {
        done.push("second");
        queue.push(() => done.push("fourth"));
      });
      queue.push(() => done.push("third"));
      done.push("first");
    });
    expect(done).toEqual(["first", "second", "third", "fourth"]);
  });

  it("shows all subscribers one history when one of them causes more", () => {
    const queue = new EmissionQueue();
    const subject = new Subject<number>();
    const histories: number[][] = [[], []];
    subject.subscribe((n) => {
      histories[0]?.push(n);
      if (n < 3) queue.emit(subject, n + 1, open);
    });
    subject.subscribe((n) => histories[1]?.push(n));
    queue.emit(subject, 1, open);
    expect(histories).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it("drops a queued value of what is closed when its turn comes", () => {
    const queue = new EmissionQueue();
    const subject = new Subject<string>();
    const seen: string[] = [];
    const run = new Subscription();
    subject.subscribe((value) => seen.push(value));
    queue.push(() => {
      queue.emit(subject, "in time", open);
      queue.emit(subject, "late", run);
      run.unsubscribe();
    });
    expect(seen).toEqual(["in time"]);
  });

  it("tells what a change emits only when the whole change is done, also of nested changes", () => {
    const queue = new EmissionQueue();
    const state = { a: 0, b: 0 };
    const seen: string[] = [];
    const tell = () => queue.push(() => seen.push(`${state.a} ${state.b}`));
    const result = queue.transact(() => {
      state.a = 1;
      tell();
      return queue.transact(() => {
        state.b = 1;
        tell();
        expect(seen).toEqual([]);
        return "changed";
      });
    });
    expect(result).toBe("changed");
    expect(seen).toEqual(["1 1", "1 1"]);
  });

  it("is ready for the next task after one that threw", () => {
    const queue = new EmissionQueue();
    const done: string[] = [];
    expect(() =>
      queue.transact(() => {
        queue.push(() => done.push("queued"));
        throw new Error("no");
      }),
    ).toThrow("no");
    queue.push(() => done.push("next"));
    expect(done).toEqual(["queued", "next"]);
  });
});
