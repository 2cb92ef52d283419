import { NEVER, of, Subject, throwError } from "rxjs";
import { aroundFirst } from "../../lib/session/around-first.js";

describe("aroundFirst", () => {
  it("does something before and after the first value reaches the subscriber, and nothing around the others", () => {
    const done: string[] = [];
    of("a", "b")
      .pipe(
        aroundFirst(
          () => done.push("before"),
          () => done.push("after"),
        ),
      )
      .subscribe((value) => done.push(value));
    expect(done).toEqual(["before", "a", "after", "b"]);
  });

  it("does it anew for every subscription", () => {
    let times = 0;
    const source = of("a").pipe(
      aroundFirst(
        () => times++,
        () => undefined,
      ),
    );
    source.subscribe();
    source.subscribe();
    expect(times).toBe(2);
  });

  it("does nothing when no value comes, and passes the error", () => {
    const done: string[] = [];
    const note = () => done.push("noted");
    NEVER.pipe(aroundFirst(note, note)).subscribe();
    throwError(() => "broken")
      .pipe(aroundFirst(note, note))
      .subscribe({ error: (error: unknown) => done.push(String(error)) });
    expect(done).toEqual(["broken"]);
  });

  it("counts one first value when a subscriber makes the source emit again meanwhile", () => {
    const source = new Subject<string>();
    const done: string[] = [];
    source
      .pipe(
        aroundFirst(
          () => done.push("before"),
          () => done.push("after"),
        ),
      )
      .subscribe((value) => {
        done.push(value);
        if (value === "a") source.next("b");
      });
    source.next("a");
    expect(done).toEqual(["before", "a", "b", "after"]);
  });
});
