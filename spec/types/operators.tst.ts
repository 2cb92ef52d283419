import { describe, expect, it } from "tstyche";
import {
  map,
  of,
  Subject,
  take,
  throwError,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
} from "rxjs";
import {
  dataOf,
  forGroup,
  replayJoins,
  retryBackoff,
  sequenceAck,
  type StandardSchema,
} from "../../lib/operators/index.js";

interface GroupMessage {
  readonly kind: "groupData";
  readonly group: string;
  readonly data: unknown;
  readonly sequenceId?: number;
}
interface ServerMessage {
  readonly kind: "serverData";
  readonly data: unknown;
}
interface Ack {
  readonly kind: "ack";
  readonly ackId: number;
}
declare const groupMessages$: Observable<GroupMessage>;
declare const messages$: Observable<GroupMessage | ServerMessage>;
declare const frames$: Observable<GroupMessage | ServerMessage | Ack>;

const pipe = <A, B>(source$: Observable<A>, operator: OperatorFunction<A, B>): Observable<B> => source$.pipe(operator);

declare const anyName: string;

interface Price {
  readonly symbol: string;
  readonly price: number;
}
/** As the schemas of libraries are typed: with vendor, types, a second parameter, and an input that differs. */
declare const priceSchema: {
  readonly parse: (value: unknown) => Price;
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: string; readonly output: Price } | undefined;
    readonly validate: (
      value: unknown,
      options?: { readonly libraryOptions?: Record<string, unknown> },
    ) =>
      | { readonly value: Price; readonly issues?: undefined }
      | {
          readonly issues: readonly {
            readonly message: string;
            readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
          }[];
        }
      | Promise<
          | { readonly value: Price; readonly issues?: undefined }
          | { readonly issues: readonly { readonly message: string }[] }
        >;
  };
};
/** A schema that is a function as well, whose call answers something else. */
declare const callableSchema: typeof priceSchema & ((data: unknown) => Price | Error[]);

describe("dataOf", () => {
  it("infers what a function returns", () => {
    expect(groupMessages$.pipe(dataOf((data) => Number(data)))).type.toBe<Observable<number>>();
    expect(
      groupMessages$.pipe(
        dataOf(String),
        map((text) => text.length),
      ),
    ).type.toBe<Observable<number>>();
  });

  it("gives a function unknown data", () => {
    groupMessages$.pipe(dataOf((data) => expect(data).type.toBe<unknown>()));
    expect(dataOf).type.not.toBeCallableWith((data: string) => data.length);
  });

  it("infers a schema's output", () => {
    expect(groupMessages$.pipe(dataOf(priceSchema))).type.toBe<Observable<Price>>();
    expect(messages$.pipe(forGroup("a"), dataOf(priceSchema), take(1))).type.toBe<Observable<Price>>();
    expect(groupMessages$.pipe(dataOf({} as StandardSchema<Price>))).type.toBe<Observable<Price>>();
  });

  it("takes what is callable and a schema for a schema", () => {
    expect(groupMessages$.pipe(dataOf(callableSchema))).type.toBe<Observable<Price>>();
  });

  it("gives onInvalid the source's messages and an unknown error", () => {
    groupMessages$.pipe(
      dataOf(priceSchema, {
        onInvalid: (error, message) => {
          expect(error).type.toBe<unknown>();
          expect(message).type.toBe<GroupMessage>();
        },
      }),
    );
    groupMessages$.pipe(dataOf(String, { onInvalid: (_error, message) => expect(message).type.toBe<GroupMessage>() }));
  });

  it("refuses what is neither function nor schema, and values without data", () => {
    expect(dataOf).type.not.toBeCallableWith();
    expect(dataOf).type.not.toBeCallableWith("price");
    expect(dataOf).type.not.toBeCallableWith({ parse: String });
    expect(dataOf).type.not.toBeCallableWith({ "~standard": { version: 2, validate: () => ({ value: 1 }) } });
    expect(dataOf).type.not.toBeCallableWith(String, { onError: () => undefined });
    expect(pipe).type.not.toBeCallableWith(of({ group: "a" }), dataOf(String));
    expect(pipe).type.toBeCallableWith(of({ data: 1 }), dataOf(String));
  });
});

describe("forGroup", () => {
  it("narrows to the group's name", () => {
    expect(groupMessages$.pipe(forGroup("lobby"))).type.toBe<Observable<GroupMessage & { readonly group: "lobby" }>>();
    expect(groupMessages$.pipe(forGroup(anyName))).type.toBe<Observable<GroupMessage & { readonly group: string }>>();
  });

  it("leaves only members of a union that can have that group", () => {
    expect(messages$.pipe(forGroup("lobby"))).type.toBe<Observable<GroupMessage & { readonly group: "lobby" }>>();
    const rooms$ = of({} as { group: "a"; a: 1 } | { group: "b"; b: 2 } | { group?: undefined; data: 3 });
    expect(
      rooms$.pipe(
        forGroup("a"),
        map((message) => message.a),
      ),
    ).type.toBe<Observable<1>>();
    expect(
      rooms$.pipe(
        forGroup("b"),
        map((message) => message.b),
      ),
    ).type.toBe<Observable<2>>();
  });

  it("leaves every member that has a group for a name that is not known beforehand", () => {
    const rooms$ = of({} as { group: "a"; a: 1 } | { group: "b"; a: 2 } | { group?: undefined; data: 3 });
    expect(
      rooms$.pipe(
        forGroup(anyName),
        map((message) => message.a),
      ),
    ).type.toBe<Observable<1 | 2>>();
  });

  it("makes an optional group a present one", () => {
    const optional$ = of({} as { group?: string; data: number });
    expect(
      optional$.pipe(
        forGroup("a"),
        map(({ group }) => group),
      ),
    ).type.toBe<Observable<"a">>();
    expect(
      optional$.pipe(
        forGroup("a"),
        map(({ data }) => data),
      ),
    ).type.toBe<Observable<number>>();
  });

  it("keeps the type through the operators around it", () => {
    expect(
      messages$.pipe(
        take(1),
        forGroup("a"),
        map((message) => message.kind),
      ),
    ).type.toBe<Observable<"groupData">>();
  });

  it("refuses names that are no string, and values that cannot have a group", () => {
    expect(forGroup).type.not.toBeCallableWith();
    expect(forGroup).type.not.toBeCallableWith(1);
    expect(pipe).type.not.toBeCallableWith(of(1), forGroup("a"));
    expect(pipe).type.not.toBeCallableWith(of({ group: 1 }), forGroup("a"));
  });
});

describe("retryBackoff", () => {
  it("passes the source's type on", () => {
    expect(messages$.pipe(retryBackoff())).type.toBe<typeof messages$>();
    expect(
      messages$.pipe(
        take(1),
        retryBackoff({ maxRetries: 3 }),
        map(({ kind }) => kind),
      ),
    ).type.toBe<Observable<"groupData" | "serverData">>();
    expect(retryBackoff<string>()).type.toBe<MonoTypeOperatorFunction<string>>();
  });

  it("lets onWait return an input or nothing", () => {
    const online$ = new Subject<void>();
    const waits$ = new Subject<unknown>();
    expect(retryBackoff).type.toBeCallableWith({ onWait: () => online$ });
    expect(retryBackoff).type.toBeCallableWith({ onWait: () => Promise.resolve() });
    expect(retryBackoff).type.toBeCallableWith({ onWait: (wait: { retryAt: number }) => waits$.next(wait) });
    expect(retryBackoff).type.not.toBeCallableWith({ onWait: () => 1 });
  });

  it("gives shouldRetry an unknown error and a number", () => {
    retryBackoff({
      shouldRetry: (error, attempt) => {
        expect(error).type.toBe<unknown>();
        expect(attempt).type.toBe<number>();
        return true;
      },
    });
  });

  it("refuses misspelt modes and options", () => {
    expect(retryBackoff).type.not.toBeCallableWith({ mode: "exponential" });
    expect(retryBackoff).type.not.toBeCallableWith({ jitter: true });
    expect(retryBackoff).type.not.toBeCallableWith({ retries: 3 });
    expect(retryBackoff).type.not.toBeCallableWith(3);
  });
});

describe("sequenceAck", () => {
  it("passes the source's type on", () => {
    expect(messages$.pipe(sequenceAck({ send: () => undefined }))).type.toBe<typeof messages$>();
    expect(groupMessages$.pipe(sequenceAck({ send: () => undefined, sizeOf: ({ group }) => group.length }))).type.toBe<
      typeof groupMessages$
    >();
  });

  it("takes a union with members that never have an id", () => {
    expect(frames$.pipe(sequenceAck({ send: () => undefined }))).type.toBe<typeof frames$>();
  });

  it("refuses options without send, and values whose id is no number", () => {
    expect(sequenceAck).type.not.toBeCallableWith();
    expect(sequenceAck).type.not.toBeCallableWith({ count: 1 });
    expect(sequenceAck).type.not.toBeCallableWith({ send: (id: string) => id });
    expect(pipe).type.not.toBeCallableWith(of({ sequenceId: "1" }), sequenceAck({ send: () => undefined }));
    expect(pipe).type.not.toBeCallableWith(of(1), sequenceAck({ send: () => undefined }));
  });
});

describe("replayJoins", () => {
  const join = (group: string): Observable<number> => of(group.length);

  it("infers the values from the source", () => {
    expect(
      frames$.pipe(replayJoins({ sessionStart: ({ kind }) => kind === "ack", wanted: () => new Set<string>(), join })),
    ).type.toBe<typeof frames$>();
    frames$.pipe(
      replayJoins({
        sessionStart: () => true,
        wanted: () => [],
        join,
        onSettled: (value) => expect(value).type.toBe<GroupMessage | ServerMessage | Ack>(),
        onFailed: (group, error) => {
          expect(group).type.toBe<string>();
          expect(error).type.toBe<unknown>();
        },
      }),
    );
  });

  it("takes a promise for a join", () => {
    expect(replayJoins).type.toBeCallableWith({
      sessionStart: () => true,
      wanted: () => ["a"],
      join: () => Promise.resolve(),
    });
  });

  it("refuses what is no join, and groups that are no strings", () => {
    expect(replayJoins).type.not.toBeCallableWith({ sessionStart: () => true, wanted: () => ["a"] });
    expect(replayJoins).type.not.toBeCallableWith({ sessionStart: () => true, wanted: () => ["a"], join: () => 1 });
    expect(replayJoins).type.not.toBeCallableWith({ sessionStart: () => true, wanted: () => [1], join });
  });
});

describe("all of them", () => {
  it("are plain operators", () => {
    expect(dataOf(String)).type.toBeAssignableTo<OperatorFunction<{ data: unknown }, string>>();
    expect(throwError(() => new Error()).pipe(retryBackoff({ maxRetries: 1 }))).type.toBe<Observable<never>>();
  });
});
