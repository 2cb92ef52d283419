import { map, Observable, of, Subject, take } from "rxjs";
import { dataOf, type StandardIssue, type StandardResult, type StandardSchema } from "../../lib/operators/index.js";
import { collectUnhandled, marbles } from "./marbles.js";

interface Message {
  readonly data: unknown;
  readonly from?: string;
}
const values: Record<string, Message> = { a: { data: 1 }, b: { data: 2 }, x: { data: "no number", from: "ann" } };
const numbers = { a: 10, b: 20 };

const refusal = new Error("no number");
/** Ten times the number. */
const tenfold = (data: unknown): number => {
  if (typeof data !== "number") throw refusal;
  return data * 10;
};

const schemaOf = <T>(
  validate: (data: unknown) => StandardResult<T> | Promise<StandardResult<T>>,
): StandardSchema<T> => ({
  "~standard": { version: 1, validate },
});
const issues: StandardIssue[] = [
  { message: "expected a number" },
  { message: "too long", path: ["tags", 0, { key: "name" }] },
];
const tenfoldSchema = schemaOf((data) => (typeof data === "number" ? { value: data * 10 } : { issues }));

describe.each([
  ["a function", tenfold],
  ["a schema", tenfoldSchema],
  ["a schema that is a function too", Object.assign(() => "not asked", tenfoldSchema)],
])("dataOf %s", (_kind, parse) => {
  // One signature for all of them: which overload it is, is a matter for the type tests.
  const data = (onInvalid?: (error: unknown, message: Message) => void) =>
    dataOf(parse as (data: unknown) => number, { onInvalid });

  it("emits the checked data, and leaves out the invalid", () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot("   -a-x-b-|", values);
      const expected = "      -a---b-|";
      expectObservable(source$.pipe(data())).toBe(expected, numbers);
      expectSubscriptions(source$.subscriptions).toBe("^------!");
    });
  });

  it("tells onInvalid about each invalid message", () => {
    const onInvalid = jest.fn((_error: unknown, _message: Message) => {});
    const seen: number[] = [];
    of(values.a!, values.x!, values.b!, values.x!)
      .pipe(data(onInvalid))
      .subscribe((value) => seen.push(value));
    expect(seen).toEqual([10, 20]);
    expect(onInvalid.mock.calls.map(([, message]) => message)).toEqual([values.x, values.x]);
    expect(onInvalid.mock.calls.every(([error]) => error instanceof Error)).toBe(true);
  });

  it("reports what onInvalid throws like the error of a subscriber, and goes on", () => {
    const seen: number[] = [];
    const broken = new Error("onInvalid is broken");
    const unhandled = collectUnhandled(() => {
      of(values.x!, values.a!)
        .pipe(
          data(() => {
            throw broken;
          }),
        )
        .subscribe((value) => seen.push(value));
    });
    expect([seen, unhandled]).toEqual([[10], [broken]]);
  });

  it("completes with an empty source", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold<Message>("|");
      expectObservable(source$.pipe(data())).toBe("|");
      expectSubscriptions(source$.subscriptions).toBe("(^!)");
    });
  });

  it("stays silent with a source that never emits", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold<Message>("-");
      expectObservable(source$.pipe(data())).toBe("-");
      expectSubscriptions(source$.subscriptions).toBe("^");
    });
  });

  it("passes an error on", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold("-a-x-#", values);
      expectObservable(source$.pipe(data())).toBe("-a---#", numbers);
      expectSubscriptions(source$.subscriptions).toBe("^----!");
    });
  });

  it("lets go of the source on an early unsubscription", () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot("-a-b-a", values);
      const result$ = source$.pipe(
        data(),
        map((value) => value),
      );
      expectObservable(result$, "--!").toBe("-a", numbers);
      expectSubscriptions(source$.subscriptions).toBe("^-!");
    });
  });

  it("stops a synchronous source that nobody wants any longer", () => {
    let produced = 0;
    const endless$ = new Observable<Message>((subscriber) => {
      while (!subscriber.closed && produced < 10) subscriber.next({ data: produced++ });
    });
    endless$.pipe(data(), take(2)).subscribe();
    expect(produced).toBe(2);
  });

  it("is re-entrant, also from within onInvalid", () => {
    const source$ = new Subject<Message>();
    const seen: unknown[] = [];
    source$
      .pipe(
        data((_error, message) => {
          seen.push(message.from);
          source$.next({ data: 1 });
        }),
      )
      .subscribe((value) => {
        seen.push(value);
        if (value < 30) source$.next({ data: value / 10 + 1 });
      });
    source$.next(values.x!);
    expect(seen).toEqual(["ann", 10, 20, 30]);
  });

  it("serves any number of subscriptions", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold("-a-x-b|", values);
      const result$ = source$.pipe(data());
      expectObservable(result$).toBe("-a---b|", numbers);
      expectObservable(result$, "-^").toBe("--a---b|", numbers);
      expectSubscriptions(source$.subscriptions).toBe(["^-----!", "-^-----!"]);
    });
  });
});

describe("dataOf", () => {
  const outcome = (message: Message, parse: StandardSchema<unknown>): unknown[] => {
    const seen: unknown[] = [];
    of(message)
      .pipe(dataOf(parse, { onInvalid: (error) => seen.push({ invalid: error }) }))
      .subscribe({ next: (value) => seen.push(value), error: (error: unknown) => seen.push({ error }) });
    return seen;
  };

  it("gives onInvalid what the function threw", () => {
    expect(
      outcome(
        { data: "x" },
        schemaOf(() => {
          throw refusal;
        }),
      ),
    ).toEqual([{ invalid: refusal }]);
    const seen: unknown[] = [];
    of({ data: "x" })
      .pipe(dataOf(tenfold, { onInvalid: (error) => seen.push(error) }))
      .subscribe();
    expect(seen).toEqual([refusal]);
  });

  it("tells what a schema has found in words, with the issues as cause", () => {
    const [found] = outcome({ data: "x" }, tenfoldSchema) as { invalid: TypeError }[];
    expect(found?.invalid).toBeInstanceOf(TypeError);
    expect(found?.invalid.message).toBe("Invalid data: expected a number; tags.0.name: too long");
    expect(found?.invalid.cause).toBe(issues);
  });

  it.each([0, "", false, null, undefined])("emits %p like any other data", (data) => {
    expect(
      outcome(
        { data },
        schemaOf((value) => ({ value })),
      ),
    ).toEqual([data]);
  });

  it("asks a schema as its method, with the data alone", () => {
    const schema = {
      "~standard": {
        version: 1 as const,
        factor: 10,
        validate(...args: [unknown]) {
          return { value: [this.factor, args] };
        },
      },
    };
    expect(outcome({ data: 7 }, schema)).toEqual([[10, [7]]]);
  });

  it("errors at once with a TypeError when a schema or a function is asynchronous, and lets go of the source", async () => {
    const text = "dataOf takes a function or a Standard Schema, but not one that answers with a promise";
    const rejecting = schemaOf(() => Promise.reject<StandardResult<number>>(new Error("nobody may be left with this")));
    const onInvalid = jest.fn((_error: unknown, _message: Message) => {});
    for (const parse of [
      schemaOf(() => Promise.resolve({ value: 1 })),
      rejecting,
      schemaOf(async () => ({ issues })),
    ]) {
      const source$ = new Subject<Message>();
      const error = jest.fn();
      source$.pipe(dataOf(parse, { onInvalid })).subscribe({ error });
      source$.next({ data: 1 });
      expect(error).toHaveBeenCalledWith(new TypeError(text));
      expect(source$.observed).toBe(false);
    }
    const error = jest.fn();
    of({ data: 1 })
      .pipe(dataOf(async (data) => data, { onInvalid }))
      .subscribe({ error });
    expect(error).toHaveBeenCalledWith(new TypeError(text));
    expect(onInvalid).not.toHaveBeenCalled();
    await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail this test
  });
});

it.each([{ type: "object", properties: {} }, { parse: () => 1 }, "string", undefined, null])(
  "dataOf refuses %j, which is neither a function nor a schema, before there is a message",
  (parse) => {
    expect(() => dataOf(parse as never)).toThrow(new TypeError("dataOf takes a function or a Standard Schema"));
  },
);
